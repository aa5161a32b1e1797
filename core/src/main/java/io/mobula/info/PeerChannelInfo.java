package io.mobula.info;

import io.mobula.NodeId;
import java.util.Comparator;
import java.util.Objects;

/**
 * Frame traffic from one process of the cluster to another, as its sender sees it.
 *
 * @param from the sender
 * @param to the receiver
 * @param kind transport of the frames
 * @param sent frames handed to the transport since both processes know each other, without
 *     repetitions
 * @param received frames received from the other process
 * @param outstanding frames not yet acknowledged, including those that wait because too many are in
 *     flight
 */
public record PeerChannelInfo(
    NodeId from,
    NodeId to,
    Kind kind,
    FrameTotals sent,
    FrameTotals received,
    FrameTotals outstanding) {
  /** Order by most bytes outstanding, then by most bytes sent. */
  public static final Comparator<PeerChannelInfo> BUSIEST_FIRST = Comparator.comparingLong(
          (PeerChannelInfo lane) -> lane.outstanding().bytes())
      .thenComparingLong(lane -> lane.sent().bytes())
      .reversed();

  /** Refuses components that are null. */
  public PeerChannelInfo {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(sent, "sent");
    Objects.requireNonNull(received, "received");
    Objects.requireNonNull(outstanding, "outstanding");
  }

  /** Kind of a channel: the transport of its frames. */
  public enum Kind {
    /** Connections of Akka Artery. */
    ARTERY,
    /** Rings in shared memory, between processes of one host. */
    SHARED_MEMORY
  }

  /**
   * Number and total size of frames.
   *
   * @param frames number of frames
   * @param bytes total size in bytes
   */
  public record FrameTotals(long frames, long bytes) {
    /** Returns the sum of both. */
    public FrameTotals plus(FrameTotals other) {
      return new FrameTotals(frames + other.frames, bytes + other.bytes);
    }
  }
}
