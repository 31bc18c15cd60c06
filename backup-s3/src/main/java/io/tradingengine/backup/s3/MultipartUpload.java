package io.tradingengine.backup.s3;

import io.tradingengine.backup.spi.Content;
import io.tradingengine.backup.spi.ObjectKey;
import io.tradingengine.backup.spi.Sha256;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/**
 * Puts one object in parts, several at a time, each from a buffer of its own. The parts become an
 * object by one last request, which is sent only when all are whole and the content was what it
 * says; whatever fails before that removes them. Used once, by one thread.
 */
final class MultipartUpload {
  private static final String ABORT = "s3:AbortMultipartUpload";

  private final Store store;
  private final Buffers buffers;
  private final ExecutorService executor;
  private final ObjectKey key;
  private final List<Part> parts = new ArrayList<>();

  MultipartUpload(Store store, Buffers buffers, ExecutorService executor, ObjectKey key) {
    this.store = store;
    this.buffers = buffers;
    this.executor = executor;
    this.key = key;
  }

  /**
   * Puts an object.
   *
   * @param onlyIfAbsent whether the store is asked to refuse where there is one
   * @throws Upload.ConditionFailed if it refused
   */
  void put(Content content, boolean onlyIfAbsent) throws IOException {
    String id = create(content.length());
    try {
      send(content, id);
      complete(id, finished(), onlyIfAbsent);
    } catch (IOException | RuntimeException e) {
      withdraw(id, e);
      throw e;
    }
  }

  private String create(long length) throws IOException {
    CreateMultipartUploadRequest.Builder request = store.parts(key, length);
    if (!store.md5()) {
      request.checksumAlgorithm(ChecksumAlgorithm.SHA256);
    }
    try {
      return store.client().createMultipartUpload(request.build()).uploadId();
    } catch (SdkException e) {
      throw Upload.failed(store, key, e);
    }
  }

  private void send(Content content, String id) throws IOException {
    Cutting cutting = new Cutting(content.length(), id);
    try {
      content.writeTo(cutting);
      cutting.end();
    } finally {
      cutting.giveBack();
    }
    Upload.requireDigest(content, Sha256.from(cutting.digest));
  }

  /** Hands a full buffer to a thread that sends it and gives it back. */
  private void start(String id, byte[] buffer, int length) throws IOException {
    for (Part part : parts) {
      if (part.isDone()) {
        result(part); // a part that has failed ends the upload now, not after the last one
      }
    }
    int number = parts.size() + 1;
    Part part = new Part(() -> sendPart(id, number, buffer, length), buffer);
    try {
      executor.execute(part);
    } catch (RejectedExecutionException e) {
      throw new IOException("Cannot put " + key + ": the destination was closed", e);
    }
    parts.add(part);
  }

  private CompletedPart sendPart(String id, int number, byte[] buffer, int length)
      throws IOException {
    UploadPartRequest.Builder request =
        UploadPartRequest.builder()
            .bucket(store.bucket())
            .key(store.name(key.value()))
            .uploadId(id)
            .partNumber(number)
            .contentLength((long) length);
    String digest = null;
    if (store.md5()) {
      request.contentMD5(Store.md5(buffer, length));
    } else {
      MessageDigest sha256 = Sha256.newDigest();
      sha256.update(buffer, 0, length);
      digest = Store.base64(sha256.digest());
      request.checksumSHA256(digest);
    }
    try {
      UploadPartResponse answer =
          store.client().uploadPart(request.build(), Upload.body(buffer, length));
      requirePart(number, digest, answer);
      return CompletedPart.builder()
          .partNumber(number)
          .eTag(answer.eTag())
          .checksumSHA256(digest)
          .build();
    } catch (SdkException e) {
      throw Upload.failed(store, key, e);
    }
  }

  /** Nothing stands under the object's name yet that would have to be removed. */
  private void requirePart(int number, @Nullable String digest, UploadPartResponse answer)
      throws IOException {
    try {
      Upload.requireAnswer(store, key, digest, answer.checksumSHA256());
    } catch (Upload.WrongAnswer e) {
      throw new IOException("Part " + number + " of " + key + ": " + e.getMessage(), e);
    }
  }

  private List<CompletedPart> finished() throws IOException {
    List<CompletedPart> completed = new ArrayList<>();
    for (Part part : parts) {
      completed.add(result(part));
    }
    return completed;
  }

  private CompletedPart result(Part part) throws IOException {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while " + key + " was put");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException failed) {
        throw failed;
      }
      throw new IOException("Cannot put " + key + ": " + e.getCause(), e);
    }
  }

  private void complete(String id, List<CompletedPart> completed, boolean onlyIfAbsent)
      throws IOException {
    CompleteMultipartUploadRequest.Builder request =
        CompleteMultipartUploadRequest.builder()
            .bucket(store.bucket())
            .key(store.name(key.value()))
            .uploadId(id)
            .multipartUpload(all -> all.parts(completed));
    if (onlyIfAbsent) {
      request.ifNoneMatch("*");
    }
    try {
      String answered = store.client().completeMultipartUpload(request.build()).checksumSHA256();
      Upload.requireAnswer(store, key, store.md5() ? null : joined(completed), answered);
    } catch (SdkException e) {
      throw Upload.failed(store, key, e);
    }
  }

  /** What the store calls the checksum of an object in parts: that of the parts' digests. */
  private static String joined(List<CompletedPart> completed) {
    MessageDigest sha256 = Sha256.newDigest();
    for (CompletedPart part : completed) {
      sha256.update(Base64.getDecoder().decode(part.checksumSHA256()));
    }
    return Store.base64(sha256.digest()) + "-" + completed.size();
  }

  /** Removes what was sent. Not even an interruption keeps it from that. */
  private void withdraw(String id, Exception reason) {
    boolean interrupted = Thread.interrupted();
    try {
      stopParts();
      store
          .client()
          .abortMultipartUpload(
              request -> request.bucket(store.bucket()).key(store.name(key.value())).uploadId(id));
    } catch (SdkException e) {
      if (!S3Errors.isMissing(e)) {
        reason.addSuppressed(store.errors().translate("withdraw " + key + " from", ABORT, e));
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A part that arrives after the upload was withdrawn would stay: none may be on its way. */
  private void stopParts() {
    parts.forEach(part -> part.cancel(true));
    boolean interrupted = false;
    for (Part part : parts) {
      while (true) {
        try {
          part.ended.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true; // a cancelled part ends soon
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Sends one part, and gives its buffer back when nobody reads that any more. */
  private final class Part extends FutureTask<CompletedPart> {
    private final byte[] buffer;
    private final CountDownLatch ended = new CountDownLatch(1);

    Part(Callable<CompletedPart> sending, byte[] buffer) {
      super(sending);
      this.buffer = buffer;
    }

    @Override
    public void run() {
      try {
        super.run();
      } finally {
        buffers.giveBack(buffer);
        ended.countDown();
      }
    }
  }

  /** Cuts content into parts. */
  private final class Cutting extends OutputStream {
    private final long length;
    private final String id;
    private final MessageDigest digest = Sha256.newDigest();
    private byte @Nullable [] buffer;
    private int filled;
    private long written;

    Cutting(long length, String id) {
      this.length = length;
      this.id = id;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      digest.update(bytes, offset, count);
      written += count;
      int from = offset;
      while (from < offset + count) {
        byte[] target = buffer == null ? Upload.take(buffers) : buffer;
        buffer = target;
        int room = Math.min(target.length - filled, offset + count - from);
        System.arraycopy(bytes, from, target, filled, room);
        filled += room;
        from += room;
        if (filled == target.length) {
          flushPart(target);
        }
      }
    }

    private void flushPart(byte[] full) throws IOException {
      start(id, full, filled);
      buffer = null;
      filled = 0;
    }

    void end() throws IOException {
      if (written != length) {
        throw new IOException("its content has " + written + " bytes instead of " + length);
      }
      if (buffer != null) {
        flushPart(buffer);
      }
    }

    void giveBack() {
      if (buffer != null) {
        buffers.giveBack(buffer);
        buffer = null;
      }
    }
  }
}
