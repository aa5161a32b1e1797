/**
 * Frames between two processes: delivered once and in order for as long as both live, over Artery
 * or, on one host, through rings in shared memory.
 *
 * <p>Owns sequence numbers, windows and repetition, who uses which way, which thread receives, what
 * is said once to each peer, and the encoding of frames' parts. Knows nothing of what a frame
 * means.
 */
@NullMarked
package io.mobula.internal.lane;

import org.jspecify.annotations.NullMarked;
