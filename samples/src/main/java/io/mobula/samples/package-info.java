/**
 * Runnable samples, one {@code main} each, short enough to read in one go.
 *
 * <p>They use the public API as any program would; only the command line depends on them.
 */
@NullMarked
package io.mobula.samples;

import org.jspecify.annotations.NullMarked;
