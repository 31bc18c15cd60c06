package io.tradingengine.backup.core.openpgp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.tradingengine.backup.BackupException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.bcpg.ArmoredInputStream;
import org.bouncycastle.openpgp.PGPException;
import org.bouncycastle.openpgp.PGPKeyRing;
import org.bouncycastle.openpgp.PGPPublicKeyRing;
import org.bouncycastle.openpgp.PGPSecretKeyRing;
import org.bouncycastle.openpgp.bc.BcPGPObjectFactory;

/**
 * A file of exported keys: armored, with any number of blocks, or binary. Everything that is not a
 * key of the wanted kind is refused by name, never passed over.
 */
final class KeyFile {
  private static final int LARGEST = 16 << 20;
  private static final int PACKET_BIT = 0x80;

  /** Where the magic of a keybox, GnuPG's own database, stands. */
  private static final int KEYBOX_MAGIC = 8;

  private static final Pattern BLOCK =
      Pattern.compile(
          "^-----BEGIN (PGP [A-Z ]+)-----[ \\t\\r]*$.*?^-----END \\1-----[ \\t\\r]*$",
          Pattern.MULTILINE | Pattern.DOTALL);

  private final Path path;
  private final List<PGPKeyRing> rings;

  private KeyFile(Path path, List<PGPKeyRing> rings) {
    this.path = path;
    this.rings = rings;
  }

  /**
   * Reads a file.
   *
   * @throws BackupException if it cannot be read or holds something else than keys
   */
  static KeyFile read(Path path) {
    byte[] bytes = content(path);
    try {
      return new KeyFile(path, parse(path, bytes));
    } catch (IOException | PGPException | RuntimeException e) {
      if (e instanceof BackupException known) {
        throw known;
      }
      throw new BackupException(
          "The key file " + path + " is damaged: " + e.getMessage(), "export the key again", e);
    }
  }

  Path path() {
    return path;
  }

  /** All its public keys, at least one. */
  List<PGPPublicKeyRing> publicKeys() {
    List<PGPPublicKeyRing> found = new ArrayList<>();
    for (PGPKeyRing ring : rings) {
      if (!(ring instanceof PGPPublicKeyRing publicRing)) {
        throw new BackupException(
            "The key file " + path + " holds a secret key where a public key belongs",
            "keep the secret key elsewhere, and use the output of: gpg --armor --export KEY",
            null);
      }
      found.add(publicRing);
    }
    return found;
  }

  /** All its secret keys, at least one. */
  List<PGPSecretKeyRing> secretKeys() {
    List<PGPSecretKeyRing> found = new ArrayList<>();
    for (PGPKeyRing ring : rings) {
      if (!(ring instanceof PGPSecretKeyRing secretRing)) {
        throw new BackupException(
            "The key file " + path + " holds a public key where a secret key belongs",
            "use the output of: gpg --armor --export-secret-keys KEY",
            null);
      }
      found.add(secretRing);
    }
    return found;
  }

  private static byte[] content(Path path) {
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes(LARGEST + 1);
      if (bytes.length > LARGEST) {
        throw new BackupException("The key file " + path + " is larger than 16 MiB");
      }
      return bytes;
    } catch (NoSuchFileException e) {
      throw new BackupException(
          "The key file " + path + " is not there", "check the path in the configuration", e);
    } catch (IOException e) {
      throw new BackupException(
          "The key file " + path + " cannot be read", "check its owner and mode", e);
    }
  }

  private static List<PGPKeyRing> parse(Path path, byte[] bytes) throws IOException, PGPException {
    List<PGPKeyRing> rings = new ArrayList<>();
    if (isKeybox(bytes)) {
      throw new BackupException(
          "The key file " + path + " is a keybox, GnuPG's own database, not an exported key",
          "use the output of: gpg --armor --export KEY",
          null);
    }
    if (bytes.length > 0 && (bytes[0] & PACKET_BIT) != 0) {
      collect(path, new ByteArrayInputStream(bytes), rings);
    } else {
      // Armor is ASCII; this decoding keeps every byte.
      Matcher blocks = BLOCK.matcher(new String(bytes, ISO_8859_1));
      while (blocks.find()) {
        byte[] block = blocks.group().getBytes(ISO_8859_1);
        collect(path, new ArmoredInputStream(new ByteArrayInputStream(block)), rings);
      }
    }
    if (rings.isEmpty()) {
      throw new BackupException(
          "The key file " + path + " holds no OpenPGP key",
          "use the output of: gpg --armor --export KEY",
          null);
    }
    return rings;
  }

  private static boolean isKeybox(byte[] bytes) {
    return bytes.length >= KEYBOX_MAGIC + 4
        && new String(bytes, KEYBOX_MAGIC, 4, ISO_8859_1).equals("KBXf");
  }

  private static void collect(Path path, InputStream packets, List<PGPKeyRing> rings)
      throws IOException, PGPException {
    BcPGPObjectFactory objects = new BcPGPObjectFactory(packets);
    for (Object object = objects.nextObject(); object != null; object = objects.nextObject()) {
      if (object instanceof PGPKeyRing ring) {
        rings.add(ring);
      } else {
        throw new BackupException(
            "The key file " + path + " holds something else than keys",
            "use the output of: gpg --armor --export KEY",
            null);
      }
    }
  }
}
