package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.error.CodecException;
import io.mobula.error.NodeLostException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.ring.FrameAssembler;
import java.time.Duration;

/**
 * Messaging of this process with the other processes of the cluster: who they are, frames to them,
 * and handlers of the frames that they send. Each frame is delivered once and in order while both
 * processes are members. Safe for all threads.
 */
public interface NodeMessaging {
  /** Handler of frames of one kind. Runs on a thread that it must not block. */
  @FunctionalInterface
  interface FrameHandler {
    /** Handles a frame; the reader is positioned after the kind. */
    void handle(NodeId from, FrameReader frame);
  }

  /** Returns the processes of the cluster, and reports when one joins or leaves. */
  Membership membership();

  /**
   * Registers the handler of a kind, before the first frame arrives.
   *
   * @return this object
   */
  NodeMessaging on(FrameKind kind, FrameHandler handler);

  /**
   * Sends a frame, or queues it behind earlier ones. Never blocks: a caller that may send without
   * end calls {@link #awaitRoom} first.
   *
   * <p>A caller that expects a reply registers its request first and then sends. If sending
   * succeeds and the peer leaves without a reply, membership listeners hear of it afterwards. What
   * {@link #requests} returns does all that.
   *
   * @return false if the peer is no member any more, and nothing was sent
   * @throws CodecException if the frame is larger than {@link FrameAssembler#LARGEST_FRAME}
   */
  boolean send(NodeId to, byte[] frame);

  /**
   * Waits until the queue to that peer is short again.
   *
   * @throws SubmissionRejectedException when the timeout has passed
   * @throws NodeLostException when the peer has left
   */
  void awaitRoom(NodeId to, Duration timeout);

  /**
   * Creates a table of requests to peers, which end when the peer leaves or this process closes.
   *
   * @param what what is requested, for reports of what waits; empty to appear in none
   * @param <K> key of a request among those to one peer
   * @param <A> type of the reply
   */
  <K, A> PendingPeerRequests<K, A> requests(String what);

  /**
   * Returns whether a ring leads to that peer, which proves that each of the two processes can read
   * the other's memory.
   */
  boolean sharesMemoryWith(NodeId to);

  /**
   * Runs the action once all frames have been handled that a dead process of this host has
   * committed to its ring.
   */
  void runAfterLastFrame(NodeId dead, Runnable then);

  /** Returns a spin wait that polls the rings of this process while a thread waits for a frame. */
  SpinWait spinWait();
}
