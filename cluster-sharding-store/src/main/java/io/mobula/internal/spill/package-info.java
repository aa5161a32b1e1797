/**
 * Objects on disk: written when a store is full, read back when somebody wants them.
 *
 * <p>Owns the spill directories' content, from the first file to the last. Knows bytes only: which
 * object they are, whether it is needed and when it is written is the store's to say.
 */
@NullMarked
package io.mobula.internal.spill;

import org.jspecify.annotations.NullMarked;
