/**
 * Checkpoints of actors on disk: the store's interface, the directory, and the file format.
 *
 * <p>The package owns the files below {@code mobula.actors.checkpoint-directory}. It knows nothing
 * of running actors: {@code internal.actor} decides when a state is saved, and what happens to a
 * state that is read.
 */
@NullMarked
package io.mobula.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
