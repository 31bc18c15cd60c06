package io.tradingengine.backup.core.archive;

import java.util.List;

/** What the sources' archives share. */
record ArchiveParts(
    Spool spool,
    Shipping shipping,
    SpoolEncoding encoding,
    List<Outlet> outlets,
    Alarms alarms,
    FullBackupDue due,
    Captures captures) {}
