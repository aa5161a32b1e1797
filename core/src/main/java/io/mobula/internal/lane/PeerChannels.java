package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.info.PeerChannelInfo;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Channels of this process to its peers, made when they are first used. Safe for all threads;
 * nothing blocks but {@link #awaitDrained}.
 */
final class PeerChannels {
  private static final int MAX_REPORTED = 256;
  private static final long BETWEEN_LOOKS_NANOS = 100_000;

  private final Membership membership;
  private final Map<NodeId, PeerChannel> channels = new ConcurrentHashMap<>();
  private final AtomicInteger behind = new AtomicInteger();
  private volatile @Nullable RingOffers rings;
  private volatile boolean closed;

  /** Offers of rings to peers, which some channels switch to. */
  interface RingOffers {
    /** Creates a ring to this peer if it is on this host; called once for each peer. */
    void offer(Peer peer);

    /** Wakes the thread that calls {@link #flush}. */
    void wake();
  }

  PeerChannels(Membership membership) {
    this.membership = membership;
  }

  /** Returns the membership of the peers. */
  Membership membership() {
    return membership;
  }

  /** Offers rings to all peers, now and in future. */
  void useRings(RingOffers offers) {
    rings = offers;
    channels.values().forEach(channel -> channel.offer(offers));
  }

  /** Returns the channel to a peer, made if there is none; null if the peer is no member. */
  @Nullable
  PeerChannel to(NodeId peer) {
    var channel = channels.get(peer);
    if (channel != null) {
      return channel;
    }
    var fresh = channels.computeIfAbsent(peer, this::open);
    var offers = rings;
    if (fresh != null && offers != null) {
      fresh.offer(offers);
    }
    return fresh;
  }

  /** Returns the channel to a peer if it has been used, else null. */
  @Nullable
  PeerChannel find(NodeId peer) {
    return channels.get(peer);
  }

  /**
   * Creates a channel to a member. A peer that leaves is forgotten after it has been removed from
   * the membership, so no channel outlives its peer.
   */
  private @Nullable PeerChannel open(NodeId to) {
    var peer = closed ? null : membership.peer(to);
    return peer == null || to.equals(membership.self().id())
        ? null
        : new PeerChannel(
            membership.self().id(),
            peer,
            membership.actor(peer, PeerTransport.NAME),
            this::changeBacklog);
  }

  private void changeBacklog(int by) {
    var offers = rings;
    if (behind.addAndGet(by) > 0 && by > 0 && offers != null) {
      offers.wake();
    }
  }

  /** Sends a frame; returns false if the peer is no member. */
  boolean send(NodeId to, byte[] frame) {
    var channel = to(to);
    return channel != null && channel.send(frame);
  }

  /** Counts a frame that has arrived from a peer. */
  void received(NodeId from, int bytes) {
    var channel = to(from);
    if (channel != null) {
      channel.received(bytes);
    }
  }

  /** Notes up to which number a peer has received envelopes. */
  void acknowledged(NodeId by, long sequence) {
    var channel = channels.get(by);
    if (channel != null) {
      channel.acknowledged(sequence);
    }
  }

  /** Tells a peer up to which number its envelopes have arrived. */
  void acknowledge(NodeId peer, long sequence) {
    var channel = to(peer);
    if (channel != null) {
      channel.acknowledge(sequence);
    }
  }

  /** Sends again what peers have not acknowledged; called at intervals. */
  void tick() {
    channels.values().forEach(PeerChannel::tick);
  }

  /** Sends this last frame over Artery, and all later ones to that peer through the ring. */
  void switchToRing(NodeId to, byte[] last, RingChannel way) {
    var channel = to(to);
    if (channel == null) {
      way.close();
    } else {
      channel.switchToRing(last, way);
    }
  }

  /** Writes queued frames into their rings as far as they fit; returns how many were written. */
  int flush() {
    int written = 0;
    if (hasBacklog()) {
      for (var channel : channels.values()) {
        written += channel.flush();
      }
    }
    return written;
  }

  /** Returns whether some frames have not fitted into their ring yet. */
  boolean hasBacklog() {
    return behind.get() > 0;
  }

  /** Returns the traffic of each peer, for the 256 peers with most bytes outstanding. */
  List<PeerChannelInfo> traffic() {
    return channels.values().stream()
        .map(PeerChannel::traffic)
        .sorted(PeerChannelInfo.BUSIEST_FIRST)
        .limit(MAX_REPORTED)
        .toList();
  }

  /** Waits until peers have read everything from the rings to them, or the timeout has passed. */
  void awaitDrained(Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    while (!channels.values().stream().allMatch(PeerChannel::isDrained)
        && System.nanoTime() - end < 0) {
      LockSupport.parkNanos(BETWEEN_LOOKS_NANOS);
    }
  }

  /** Closes the channel to a peer that has left, and drops what is queued. */
  void remove(NodeId peer) {
    var channel = channels.remove(peer);
    if (channel != null) {
      channel.close();
    }
  }

  /** Makes no more channels, so that nothing is sent to peers that are not known yet. */
  void refuseMore() {
    closed = true;
  }

  /** Closes all channels, and makes no more. */
  void close() {
    refuseMore();
    channels.values().forEach(PeerChannel::close);
  }
}
