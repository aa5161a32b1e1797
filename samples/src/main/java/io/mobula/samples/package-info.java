/**
 * Runnable programs that show Mobula at work, one {@code main} each, short enough to read at once.
 *
 * <p>They use the public API as any user would; nothing else depends on them but the command line.
 */
@NullMarked
package io.mobula.samples;

import org.jspecify.annotations.NullMarked;
