package io.tradingengine.backup.core.archive;

import io.tradingengine.backup.ArchivingOptions;
import io.tradingengine.backup.Compression;
import io.tradingengine.backup.Finding;
import io.tradingengine.backup.spi.Encryptor;
import io.tradingengine.backup.spi.Source;
import java.time.Clock;
import java.util.List;
import java.util.function.Consumer;

/**
 * What archiving works with.
 *
 * @param system the system's name
 * @param options how it archives
 * @param compression how objects are compressed
 * @param encryptor what encrypts them
 * @param sources all configured sources; closed with the archive
 * @param outlets all destinations, in the order configured; at least one
 * @param captures what is known of backups
 * @param listener told of every finding once; called by archiving's threads
 * @param clock what dates recovery points
 */
public record ArchiveSetup(
    String system,
    ArchivingOptions options,
    Compression compression,
    Encryptor encryptor,
    List<Source> sources,
    List<Outlet> outlets,
    Captures captures,
    Consumer<Finding> listener,
    Clock clock) {

  public ArchiveSetup {
    sources = List.copyOf(sources);
    outlets = List.copyOf(outlets);
  }
}
