/**
 * PostgreSQL's streaming replication protocol on a socket that pgjdbc has opened and authenticated.
 *
 * <p>pgjdbc knows how to log in (SCRAM, TLS, libpq's {@code sslmode}) but cannot carry a base
 * backup; so it opens the connection, and our own framing takes the socket over.
 */
@NullMarked
package io.tradingengine.backup.core.postgres.wire;

import org.jspecify.annotations.NullMarked;
