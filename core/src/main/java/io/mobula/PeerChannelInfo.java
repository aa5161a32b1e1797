package io.mobula;

import java.util.Comparator;
import java.util.Objects;

/**
 * The way of frames from one process of the cluster to another, as its sender sees it.
 *
 * @param from who sends
 * @param to who receives
 * @param kind what carries the frames: {@code artery}, Akka's connections, or {@code shared memory}
 * @param sent what has been given to the carrier since both know each other, repetitions not
 *     counted
 * @param received what has come by the lane in the other direction
 * @param outstanding what is not acknowledged, or not even sent since too much else is on the way
 */
public record PeerChannelInfo(
    NodeId from,
    NodeId to,
    String kind,
    FrameTotals sent,
    FrameTotals received,
    FrameTotals outstanding) {
  /** Those that have most on the way first, then those that have sent most. */
  public static final Comparator<PeerChannelInfo> BUSIEST_FIRST = Comparator.comparingLong(
          (PeerChannelInfo lane) -> lane.outstanding().bytes())
      .thenComparingLong(lane -> lane.sent().bytes())
      .reversed();

  /** Refuses nulls. */
  public PeerChannelInfo {
    Objects.requireNonNull(from, "from");
    Objects.requireNonNull(to, "to");
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(sent, "sent");
    Objects.requireNonNull(received, "received");
    Objects.requireNonNull(outstanding, "underway");
  }

  /**
   * So many frames.
   *
   * @param frames how many
   * @param bytes how large they are together
   */
  public record FrameTotals(long frames, long bytes) {
    /** Both together. */
    public FrameTotals plus(FrameTotals other) {
      return new FrameTotals(frames + other.frames, bytes + other.bytes);
    }
  }
}
