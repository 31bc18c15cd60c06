/**
 * The operator's command line, {@code backup.jar}: one class a command, on the public API alone.
 *
 * <p>Results go to the standard output, progress and errors to the standard error. Exit codes are
 * those of {@link io.tradingengine.backup.examples.cli.ExitCode}.
 */
@NullMarked
package io.tradingengine.backup.examples.cli;

import org.jspecify.annotations.NullMarked;
