package io.tradingengine.backup.core.openpgp;

import io.tradingengine.backup.BackupException;
import io.tradingengine.backup.OpenPgp;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.Set;
import org.bouncycastle.bcpg.ArmoredOutputStream;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyRing;
import org.bouncycastle.openpgp.PGPKeyRingGenerator;

/** Makes key pairs and writes them to files. */
public final class OpenPgpKeyPairs {
  private static final String SECRET_MODE = "rw-------";

  private OpenPgpKeyPairs() {}

  /**
   * Makes a key pair and writes it to two new files, the secret one with mode 0600. RSA-4096 takes
   * seconds.
   *
   * @throws BackupException if the user id or the passphrase is empty
   * @throws FileAlreadyExistsException if one of the files is there; neither is touched
   * @throws IOException if they cannot be written; neither is left behind
   */
  public static void generate(OpenPgp.KeyPairRequest request) throws IOException {
    String passphrase = request.passphrase().reveal();
    check(request, passphrase);
    PGPKeyRingGenerator keys;
    try {
      keys = NewKeys.generate(request.algorithm(), request.userId(), passphrase);
    } catch (PGPException | GeneralSecurityException e) {
      throw new BackupException("The key pair could not be made", e);
    }
    writeNew(
        request.secretKey(),
        armored(keys.generateSecretKeyRing()),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(SECRET_MODE)));
    try {
      writeNew(request.publicKey(), armored(keys.generatePublicKeyRing()));
    } catch (IOException | RuntimeException e) {
      removeAfter(e, request.secretKey());
      throw e;
    }
  }

  private static void check(OpenPgp.KeyPairRequest request, String passphrase) throws IOException {
    if (request.userId().isBlank() || request.userId().chars().anyMatch(Character::isISOControl)) {
      throw new BackupException(
          "The user id of a new key is empty or has control characters",
          "name whose key it is, such as: Backup <backup@trading-engine.local>",
          null);
    }
    if (passphrase.isEmpty()) {
      throw new BackupException(
          "The passphrase of a new secret key is empty",
          "choose one, and keep it apart from the secret key: both are needed to restore",
          null);
    }
    // Said before seconds of work are lost; what counts is that the files are created anew.
    for (Path file : new Path[] {request.secretKey(), request.publicKey()}) {
      if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(file.toString());
      }
    }
  }

  private static byte[] armored(PGPKeyRing ring) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ArmoredOutputStream armor = ArmoredOutputStream.builder().clearHeaders().build(bytes)) {
      ring.encode(armor);
    }
    return bytes.toByteArray();
  }

  private static void writeNew(Path file, byte[] content, FileAttribute<?>... attributes)
      throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes);
    try (channel) {
      ByteBuffer rest = ByteBuffer.wrap(content);
      while (rest.hasRemaining()) {
        channel.write(rest);
      }
      channel.force(true);
    } catch (IOException | RuntimeException e) {
      removeAfter(e, file);
      throw e;
    }
  }

  private static void removeAfter(Exception failure, Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }
}
