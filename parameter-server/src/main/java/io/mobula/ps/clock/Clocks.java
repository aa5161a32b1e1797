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
  private boolean begun;

  /** One worker. */
  private static final class Member {
    private final int rank;
    private final NodeId node;
    private long ended;
    private long sequence;
    private long seenNanos;
    private boolean gone;

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
    members.forEach((other, member) -> member.gone |= member.rank == rank);
    long ended = slowest();
    members.put(worker, new Member(rank, node, ended, nowNanos));
    return ended;
  }

  /** All of them, in no order. */
  public List<Mark> marks() {
    var marks = new ArrayList<Mark>(members.size());
    members.forEach((worker, member) -> marks.add(mark(worker, member)));
    return marks;
  }

  private static Mark mark(long worker, Member member) {
    return new Mark(worker, member.rank, member.node, member.ended, member.sequence, member.gone);
  }

  /**
   * A worker that others knew before. If it is one of these already, it has ended as few steps as
   * either says.
   */
  public void admit(Mark mark, long nowNanos) {
    var known = members.get(mark.worker());
    if (known != null) {
      known.ended = Math.min(known.ended, mark.ended());
      known.gone = mark.gone();
      return;
    }
    if (!mark.gone()) {
      members.forEach((other, present) -> present.gone |= present.rank == mark.rank());
    }
    var member = new Member(mark.rank(), mark.node(), mark.ended(), nowNanos);
    member.sequence = mark.sequence();
    member.gone = mark.gone();
    members.put(mark.worker(), member);
  }

  /** Begins where others have come to; where those who came last of them are. */
  public void begin(long step) {
    floor = begun ? Math.min(floor, step) : step;
    begun = true;
  }

  /** What a worker joined with; -1 if it is a stranger. */
  public int rank(long worker) {
    var member = members.get(worker);
    return member == null ? -1 : member.rank;
  }

  /** It is gone, and holds up nobody. Idempotent. */
  public void leave(long worker) {
    raiseFloor();
    var member = members.get(worker);
    if (member != null) {
      member.gone = true;
    }
    raiseFloor();
  }

  /** Whether it is one of them. */
  public boolean has(long worker) {
    return present(worker) != null;
  }

  private @Nullable Member present(long worker) {
    var member = members.get(worker);
    return member == null || member.gone ? null : member;
  }

  /**
   * How many workers have a share in a step: those that are there, and those that have left after
   * they had ended it.
   */
  public int participants(long step) {
    int count = 0;
    for (var member : members.values()) {
      count += !member.gone || member.ended > step ? 1 : 0;
    }
    return count;
  }

  /** How many steps it has ended; those of a stranger are none. */
  public long ended(long worker) {
    var member = present(worker);
    return member == null ? 0 : member.ended;
  }

  /** It has ended that many steps; false if it is none of them. */
  public boolean end(long worker, long steps, long nowNanos) {
    var member = present(worker);
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
    var member = present(worker);
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
    var member = present(worker);
    if (member == null || sequence <= member.sequence) {
      return false;
    }
    member.sequence = sequence;
    return true;
  }

  /** The number of its last push; 0 if there was none, or it is a stranger. */
  public long sequence(long worker) {
    var member = members.get(worker);
    return member == null ? 0 : member.sequence;
  }

  /** How many steps the slowest has ended; the most ever ended by all where there is none. */
  public long slowest() {
    raiseFloor();
    return floor;
  }

  private void raiseFloor() {
    long least = Long.MAX_VALUE;
    boolean some = false;
    for (var member : members.values()) {
      if (!member.gone) {
        least = Math.min(least, member.ended);
        some = true;
      }
    }
    floor = some ? Math.max(floor, least) : floor;
  }

  /**
   * All steps before that are applied: who has left and has no share in a later one is forgotten.
   */
  public void applied(long step) {
    members.values().removeIf(member -> member.gone && member.ended <= step);
  }

  /** How many there are. */
  public int size() {
    int count = 0;
    for (var member : members.values()) {
      count += member.gone ? 0 : 1;
    }
    return count;
  }

  /**
   * Removes those whose node is gone, and of those who have ended the fewest steps the ones that
   * have shown no sign of life for too long; gives who they were.
   *
   * @param nodes the living ones, or null if that is not known
   */
  public List<Mark> evict(@Nullable Set<NodeId> nodes, long patienceNanos, long nowNanos) {
    long least = slowest();
    var gone = new ArrayList<Mark>();
    members.forEach((worker, member) -> {
      boolean dead = nodes != null && !nodes.contains(member.node);
      boolean silent = member.ended <= least && nowNanos - member.seenNanos > patienceNanos;
      if (!member.gone && (dead || silent)) {
        gone.add(mark(worker, member));
      }
    });
    gone.forEach(mark -> leave(mark.worker()));
    return gone;
  }
}
