/**
 * Reliable frames between the processes of a cluster: each frame is delivered once and in order
 * while both processes are members, over Artery or through rings in shared memory.
 *
 * <h2>The problem</h2>
 *
 * <p>Tasks, actors and objects exchange small frames at a high rate. Akka's Artery may drop
 * messages and limits their size, and a message takes some 300 microseconds and passes through four
 * threads. Processes of one host could exchange bytes through shared memory in about one
 * microsecond. Frames must stay in order although some take the one way and some the other, and a
 * peer that stops must not make its senders run out of memory.
 *
 * <h2>The idea</h2>
 *
 * <p>{@link NodeMessaging} is what other packages see of a {@link PeerTransport}, which has one
 * {@link PeerChannel} for each peer ({@link PeerChannels}). Over Artery, a {@link SendWindow} cuts
 * frames into parts that fit a message, numbers them and keeps them until they are acknowledged;
 * the {@link ReceiveWindow} at the other end accepts them in order. Within a host,
 * {@link RingTransport} sets up a ring per direction ({@link RingChannel}) and switches to it after
 * a last frame over Artery, so no frame overtakes another. One thread, {@link RingPoller}, reads
 * all rings of a process; a thread that waits for a frame may do that work itself for some
 * microseconds ({@link SpinWait}), so that a quick reply wakes no thread.
 *
 * <p>{@link FrameRouter} passes each frame to the handler of its kind, which is its first byte;
 * {@link FrameKind} lists the kinds of all packages. {@link PeerInternTable} sends metadata that is
 * repeated in many frames only once per peer. {@link PendingPeerRequests} matches replies to
 * requests.
 *
 * <h2>The invariants</h2>
 *
 * <ul>
 *   <li>A frame that was sent with success is handled, unless sender or receiver leaves the
 *       cluster. Membership listeners that were registered after the transport hear of the leaving
 *       afterwards.
 *   <li>One thread at a time handles frames of a process; handlers never block and run no user
 *       code.
 *   <li>{@code send} never blocks. A caller that may send without end calls {@code awaitRoom}
 *       first.
 *   <li>A frame has at most {@link io.mobula.internal.ring.FrameAssembler#LARGEST_FRAME} bytes;
 *       larger ones are refused by the sender.
 *   <li>A malformed frame is dropped with an error in the log, and the frames after it are handled.
 * </ul>
 *
 * <h2>Who calls whom</h2>
 *
 * <p>All packages that talk to peers ({@code sharing}, {@code task}, {@code actor},
 * {@code placement}, {@code output} …) build frames with {@link FrameWriter}, and use a
 * {@link NodeMessaging} to send them and to register handlers. {@link ArteryFrameReceiver} is the
 * actor that receives what comes over Artery. The rings themselves are package {@code ring}. This
 * package knows nothing of what a frame means.
 */
@NullMarked
package io.mobula.internal.lane;

import org.jspecify.annotations.NullMarked;
