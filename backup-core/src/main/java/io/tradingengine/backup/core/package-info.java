/** The engine: one package a feature, data runs in, through and out. */
@NullMarked
package io.tradingengine.backup.core;

import org.jspecify.annotations.NullMarked;
