package io.mobula.ps.clock;

import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The workers of a table as one shard knows them: how many steps each has ended, and which of its
 * pushes was the last. Those that leave hold up nobody. For one thread.
 */
public final class Clocks {
  private final Map<Long, Member> members = new HashMap<>();
  private long floor;

  /** One worker. */
  private static final class Member {
    private final int rank;
    private final NodeId node;
    private long ended;
    private long sequence;
    private long seenNanos;

    Member(int rank, NodeId node, long ended, long nowNanos) {
      this.rank = rank;
      this.node = node;
      this.ended = ended;
      this.seenNanos = nowNanos;
    }
  }

  /**
   * A worker begins where the slowest is. One of the same rank is gone: it has been started anew.
   *
   * @return how many steps it counts as having ended
   */
  public long join(long worker, int rank, NodeId node, long nowNanos) {
    members.values().removeIf(member -> member.rank == rank);
    long ended = slowest();
    members.put(worker, new Member(rank, node, ended, nowNanos));
    return ended;
  }

  /** It is gone, and holds up nobody. Idempotent. */
  public void leave(long worker) {
    raiseFloor();
    members.remove(worker);
  }

  /** Whether it is one of them. */
  public boolean has(long worker) {
    return members.containsKey(worker);
  }

  /** How many steps it has ended; those of a stranger are none. */
  public long ended(long worker) {
    var member = members.get(worker);
    return member == null ? 0 : member.ended;
  }

  /** It has ended that many steps; false if it is none of them. */
  public boolean end(long worker, long steps, long nowNanos) {
    var member = members.get(worker);
    if (member == null) {
      return false;
    }
    member.ended = Math.max(member.ended, steps);
    member.seenNanos = nowNanos;
    raiseFloor();
    return true;
  }

  /** It shows a sign of life. */
  public void seen(long worker, long nowNanos) {
    var member = members.get(worker);
    if (member != null) {
      member.seenNanos = nowNanos;
    }
  }

  /**
   * Whether this push of it is new, and then notes it: each is applied once, however often it is
   * sent.
   *
   * @param sequence counts its pushes to this shard, from 1
   */
  public boolean isNew(long worker, long sequence) {
    var member = members.get(worker);
    if (member == null || sequence <= member.sequence) {
      return false;
    }
    member.sequence = sequence;
    return true;
  }

  /** How many steps the slowest has ended; the most ever ended by all where there is none. */
  public long slowest() {
    raiseFloor();
    return floor;
  }

  private void raiseFloor() {
    long least = Long.MAX_VALUE;
    for (var member : members.values()) {
      least = Math.min(least, member.ended);
    }
    floor = members.isEmpty() ? floor : Math.max(floor, least);
  }

  /** How many there are. */
  public int size() {
    return members.size();
  }

  /**
   * Removes those whose node is gone, and of those who have ended the fewest steps the ones that
   * have shown no sign of life for too long; gives their ranks.
   *
   * @param nodes the living ones, or null if that is not known
   */
  public List<Integer> evict(@Nullable Set<NodeId> nodes, long patienceNanos, long nowNanos) {
    long least = slowest();
    var gone = new ArrayList<Integer>();
    members.values().removeIf(member -> {
      boolean dead = nodes != null && !nodes.contains(member.node);
      boolean silent = member.ended <= least && nowNanos - member.seenNanos > patienceNanos;
      if (dead || silent) {
        gone.add(member.rank);
      }
      return dead || silent;
    });
    raiseFloor();
    return gone;
  }
}
