/**
 * Frames between two processes: delivered once and in order for as long as both live, over Artery.
 *
 * <p>Owns sequence numbers, windows and repetition, and the encoding of frames' parts. Knows
 * nothing of what a frame means.
 */
@NullMarked
package io.mobula.internal.lane;

import org.jspecify.annotations.NullMarked;
