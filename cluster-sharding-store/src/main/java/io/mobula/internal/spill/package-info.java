/**
 * Spilling to files: objects are written to disk when a store is full, and read back when they are
 * needed.
 *
 * <p>The package owns the content of the spill directories. It knows only bytes: the store decides
 * which objects are written, when, and whether they are still needed.
 */
@NullMarked
package io.mobula.internal.spill;

import org.jspecify.annotations.NullMarked;
