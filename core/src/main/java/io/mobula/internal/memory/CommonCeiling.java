package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.Shares.Share;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The one ceiling of a node's store and of the stores of the processes that it started.
 *
 * <p>Each member says in a small file of its own, in the directory of the node's store, how many
 * bytes its segments have and how many more it wants. Who grows says so first and looks then: of
 * two that grow at the same time into the last room at least one sees the other, and steps back. No
 * lock is held, so a member that stands still holds up nobody, and what a dead one said counts for
 * as long as its files take the memory.
 *
 * <p>A member that has less than an equal part and finds no room asks; those with more give, each
 * in proportion to what it has beyond its part. Costs some file operations: for growing and once a
 * second, not for objects. Safe for all threads.
 */
final class CommonCeiling {
  private static final long WANTED_FOR = Duration.ofSeconds(3).toNanos();

  private final Shares shares;
  private final long bytes;
  private final LongSupplier nanos;
  private final Map<String, Asking> askings = new HashMap<>();
  private Share said = new Share(0, 0, 0);
  private long askedAt;

  /** How often a member had asked, and when this one saw that first, by its own clock. */
  private record Asking(long count, long seenAt) {}

  /**
   * Becomes a member, which has said so there.
   *
   * @param bytes the ceiling
   * @param nanos the clock that it measures time by
   */
  CommonCeiling(Shares shares, long bytes, LongSupplier nanos) {
    this.shares = shares;
    this.bytes = bytes;
    this.nanos = nanos;
  }

  /**
   * Becomes a member.
   *
   * @param head the directory of the node's store, which may be the member's own
   * @param member the directory of the member's store, beside it
   * @param bytes the ceiling
   * @throws StoreException if there is no such directory
   */
  static CommonCeiling join(Path head, StoreDirectory member, long bytes) {
    return join(head, member, bytes, System::nanoTime);
  }

  /** Becomes a member that measures time by the given clock, in nanoseconds. */
  static CommonCeiling join(Path head, StoreDirectory member, long bytes, LongSupplier nanos) {
    return new CommonCeiling(ShareFiles.create(head, member), bytes, nanos);
  }

  /**
   * Says that its segments are to have this many bytes; false, and nothing said, if all have too
   * much then.
   */
  synchronized boolean claim(long total) {
    long before = said.total();
    release(total);
    if (othersBytes() > bytes - total) {
      release(before);
      return false;
    }
    return true;
  }

  /** Says that its segments have this many bytes, fewer than before. */
  synchronized void release(long total) {
    say(new Share(total, said.wanted(), said.askings()));
  }

  /** What the segments of the others have together. */
  long othersBytes() {
    return shares.others().values().stream().mapToLong(Share::total).sum();
  }

  /** Asks the others for this many bytes, if it has less than its part; for some seconds. */
  synchronized void want(long more) {
    var others = shares.others();
    long now = nanos.getAsLong();
    long stillWanted = now - askedAt < WANTED_FOR ? said.wanted() : 0;
    if (said.total() < bytes / (others.size() + 1) && stillWanted < more) {
      askedAt = now;
      say(new Share(said.total(), more, said.askings() + 1));
    }
  }

  /** What others have asked for, each for some seconds from when this member first saw it. */
  private synchronized long wanted(Map<String, Share> others) {
    long now = nanos.getAsLong();
    long wanted = 0;
    askings.keySet().retainAll(others.keySet());
    for (var each : others.entrySet()) {
      long count = each.getValue().askings();
      var seen = askings.get(each.getKey());
      if (seen == null || seen.count() != count) {
        seen = new Asking(count, now);
        askings.put(each.getKey(), seen);
      }
      wanted += count > 0 && now - seen.seenAt() < WANTED_FOR ? each.getValue().wanted() : 0;
    }
    return wanted;
  }

  /** How many bytes it is to give to others that have asked. */
  long asked() {
    var others = shares.others();
    long part = bytes / (others.size() + 1);
    long beyond;
    synchronized (this) {
      beyond = Math.max(0, said.total() - part);
    }
    long wanted = wanted(others);
    long beyondTogether = beyond
        + others.values().stream().mapToLong(s -> Math.max(0, s.total() - part)).sum();
    return wanted == 0 || beyond == 0
        ? 0
        : Math.min(beyond, (long) Math.ceil((double) wanted * beyond / beyondTogether));
  }

  /** Is a member no more. */
  void leave() {
    shares.leave();
  }

  private synchronized void say(Share share) {
    shares.say(share);
    said = share;
  }
}
