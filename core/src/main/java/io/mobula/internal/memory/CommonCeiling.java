package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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
  private static final String PREFIX = "share-";
  private static final int RECORD_BYTES = 3 * Long.BYTES;
  private static final long WANTED_FOR = Duration.ofSeconds(3).toNanos();

  private final Path head;
  private final Path own;
  private final long bytes;
  private final LongSupplier nanos;
  private final Map<Path, Asking> askings = new HashMap<>();
  private Share said = new Share(0, 0, 0);
  private long askedAt;

  /** What one member says: the bytes that it has, those that it wants, and how often it asked. */
  private record Share(long total, long wanted, long askings) {}

  /** How often a member had asked, and when this one saw that first, by its own clock. */
  private record Asking(long count, long seenAt) {}

  private CommonCeiling(Path head, Path own, long bytes, LongSupplier nanos) {
    this.head = head;
    this.own = own;
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
    var own = head.resolve(PREFIX + member.path().getFileName());
    var joined = new CommonCeiling(head, own, bytes, nanos);
    try {
      Permissions.createFile(own);
      joined.say(joined.said);
      return joined;
    } catch (IOException e) {
      throw new StoreException(
          "Cannot share the ceiling of the store in " + head + ": " + e + "; is its node up?", e);
    }
  }

  /**
   * Says that its segments are to have this many bytes; false, and nothing said, if all have too
   * much then.
   */
  synchronized boolean claim(long total) {
    long before = said.total;
    release(total);
    if (othersBytes() > bytes - total) {
      release(before);
      return false;
    }
    return true;
  }

  /** Says that its segments have this many bytes, fewer than before. */
  synchronized void release(long total) {
    sayOrLeave(new Share(total, said.wanted, said.askings));
  }

  /** What the segments of the others have together. */
  long othersBytes() {
    return others().values().stream().mapToLong(Share::total).sum();
  }

  /** Asks the others for this many bytes, if it has less than its part; for some seconds. */
  synchronized void want(long more) {
    var others = others();
    long now = nanos.getAsLong();
    long stillWanted = now - askedAt < WANTED_FOR ? said.wanted : 0;
    if (said.total < bytes / (others.size() + 1) && stillWanted < more) {
      askedAt = now;
      sayOrLeave(new Share(said.total, more, said.askings + 1));
    }
  }

  /** What others have asked for, each for some seconds from when this member first saw it. */
  private synchronized long wanted(Map<Path, Share> others) {
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
    var others = others();
    long part = bytes / (others.size() + 1);
    long beyond;
    synchronized (this) {
      beyond = Math.max(0, said.total - part);
    }
    long wanted = wanted(others);
    long beyondTogether = beyond
        + others.values().stream().mapToLong(s -> Math.max(0, s.total - part)).sum();
    return wanted == 0 || beyond == 0
        ? 0
        : Math.min(beyond, (long) Math.ceil((double) wanted * beyond / beyondTogether));
  }

  /** Is a member no more. */
  void leave() {
    try {
      Files.deleteIfExists(own);
    } catch (IOException e) {
      throw new StoreException("Cannot remove " + own + ": " + e + "; remove it by hand", e);
    }
  }

  private Map<Path, Share> others() {
    var others = new HashMap<Path, Share>();
    try (var files = Files.newDirectoryStream(head, PREFIX + "*")) {
      for (var file : files) {
        var share = file.equals(own) ? null : read(file);
        if (share != null) {
          others.put(file, share);
        }
      }
    } catch (NoSuchFileException headIsGone) {
      return Map.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new StoreException("Cannot see who shares the ceiling of the store in " + head, e);
    }
    return others;
  }

  /** Null if its store is gone, and with it what it said. */
  private @Nullable Share read(Path file) throws IOException {
    var store = head.resolveSibling(file.getFileName().toString().substring(PREFIX.length()));
    if (!Files.isDirectory(store)) {
      Files.deleteIfExists(file);
      return null;
    }
    try {
      var record = ByteBuffer.wrap(Uninterrupted.run(() -> Files.readAllBytes(file)));
      return record.remaining() < RECORD_BYTES
          ? null
          : new Share(record.getLong(), record.getLong(), record.getLong());
    } catch (NoSuchFileException left) {
      return null;
    }
  }

  /** Where the node's store is gone, there is nobody to tell. */
  private void sayOrLeave(Share share) {
    try {
      say(share);
    } catch (NoSuchFileException headIsGone) {
      said = share;
    } catch (IOException e) {
      throw new StoreException("Cannot write " + own + ": " + e, e);
    }
  }

  private synchronized void say(Share share) throws IOException {
    var record = ByteBuffer.allocate(RECORD_BYTES)
        .putLong(share.total)
        .putLong(share.wanted)
        .putLong(share.askings)
        .flip();
    Uninterrupted.<@Nullable Void>run(() -> {
      try (var channel = FileChannel.open(own, StandardOpenOption.WRITE)) {
        channel.write(record.rewind(), 0);
        return null;
      }
    });
    said = share;
  }
}
