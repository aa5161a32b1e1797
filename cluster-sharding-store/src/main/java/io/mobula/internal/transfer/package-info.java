/**
 * Transfer of objects between hosts, straight into the memory of the reader.
 *
 * <h2>The problem</h2>
 *
 * A reader on another host needs the bytes of a sealed object, often gigabytes of them, in its own
 * shared memory. Several nodes may have copies. A source may be slow, busy, silent or dead, the
 * network may lose or damage data, and a network may let Akka's connections pass but not Aeron's
 * datagrams. Neither side should copy the bytes more often than necessary, and no side may need
 * memory in proportion to the number of its peers.
 *
 * <h2>The idea</h2>
 *
 * Readers pull. A reader requests ranges of the object, and each request is also the credit for its
 * bytes. So a source needs no account of its readers: it keeps the object open and answers requests
 * in order, and a reader's window limits what is on its way. The reader decides everything:
 * {@link io.mobula.internal.transfer.PullState} distributes ranges over the sources by their speed,
 * requests lost ranges again, hedges the last ones, and gives up a source that is silent, refuses,
 * or sends damaged chunks. A chunk carries its offset, so it is written to its place in the target
 * whichever source sent it and however often it arrives.
 *
 * <p>Frames travel by a {@link io.mobula.internal.transfer.FrameTransport}: over Aeron, with an
 * embedded media driver and one thread, or over Artery's stream for large messages, with one actor
 * per node (that is the choice if connections have to be encrypted). With a standby, a node has one
 * endpoint on each transport, and an endpoint that fails is replaced by the other one of the same
 * node.
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>Only the thread of the {@link io.mobula.internal.transfer.TransferEngine} writes to a
 *       target. After a pull is done, nobody writes to its target again.
 *   <li>A source is sent no more requests than its window allows, and it sends nothing that was not
 *       requested.
 *   <li>Every frame has a CRC32C. Content of a frame whose checksum is wrong is never used.
 *   <li>Reading a frame trusts no length in it; foreign and damaged frames are counted or dropped,
 *       and never break the engine.
 *   <li>Nothing blocks on the engine's thread. Queues, open objects and waiting pulls are bounded.
 *   <li>Every pull ends: with all bytes, with an error, or by cancellation. An error that the
 *       sources caused names the reason for each of them. A stalled pull ends after the stall
 *       timeout.
 *   <li>An open object is closed at the end of its pull, at the reader's death, or after a time
 *       without activity.
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * Core finds {@link io.mobula.internal.transfer.TransferFactory} by
 * {@link java.util.ServiceLoader}. It starts an {@link io.mobula.internal.transfer.AeronTransfer}
 * or an {@link io.mobula.internal.transfer.ArteryTransfer}. Core calls their methods from any
 * thread; they hand a {@link io.mobula.internal.transfer.PullOperation} to the engine's thread or
 * actor. The engine passes received frames to {@link io.mobula.internal.transfer.PullScheduler}
 * (this node reads) and {@link io.mobula.internal.transfer.OutgoingTransfers} (others read), which
 * send by the transport; {@link io.mobula.internal.transfer.ControlFrameQueue} holds small frames
 * that found no room. {@link io.mobula.internal.transfer.TransferFrameCodec} reads and writes the
 * bytes of frames; {@code docs/protocols.md} has their table.
 *
 * <p>The package owns the running pulls, the objects that are open for readers, and the embedded
 * media driver. It never decides which objects are fetched, or where their memory comes from.
 */
@NullMarked
package io.mobula.internal.transfer;

import org.jspecify.annotations.NullMarked;
