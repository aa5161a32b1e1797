/**
 * Saved states of actors: where checkpoints are kept, and how a file of one is laid out.
 *
 * <p>Owns the files below {@code mobula.actors.checkpoint-directory}. Knows nothing of the actors
 * that run: when one saves, and what it does with what is read, is up to {@code internal.actor}.
 */
@NullMarked
package io.mobula.internal.checkpoint;

import org.jspecify.annotations.NullMarked;
