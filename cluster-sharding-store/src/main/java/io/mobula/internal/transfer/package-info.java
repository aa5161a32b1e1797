/**
 * Brings the bytes of objects from other hosts straight into the memory they are to be in.
 *
 * <p>What is asked of whom is decided by {@link io.mobula.internal.transfer.PullState}, which does
 * no I/O; {@link io.mobula.internal.transfer.TransferEngine} applies it to frames, for pulls of
 * this node and for readers elsewhere; a {@link io.mobula.internal.transfer.FrameTransport} takes
 * the frames: Aeron with a thread of its own, or Akka with an actor.
 *
 * <p>Owns the running pulls, what is open for readers, and the embedded media driver. Never decides
 * which objects are fetched, or where their memory comes from.
 */
@NullMarked
package io.mobula.internal.transfer;

import org.jspecify.annotations.NullMarked;
