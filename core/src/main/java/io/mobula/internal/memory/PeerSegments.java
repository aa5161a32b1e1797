package io.mobula.internal.memory;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The segments of another process's store, mapped when an object in them is first opened.
 *
 * <p>Any thread, with a pin on an object in the segment asked for: its file then has its name and
 * its length. Segments that have been retired there are forgotten now and then, so that a reader
 * does not collect mappings of files that are no more.
 */
final class PeerSegments {
  private static final int FORGET_FROM = 16;

  private final Path directory;
  private final FileHeader.StoreId storeId;
  private final Map<Integer, Segment> mapped = new ConcurrentHashMap<>();
  private final Set<Integer> touched = new HashSet<>();
  private int forgetAt = FORGET_FROM;

  PeerSegments(Path directory, FileHeader.StoreId storeId) {
    this.directory = directory;
    this.storeId = storeId;
  }

  Segment get(int number) {
    @Nullable Segment there = mapped.get(number);
    return there != null ? there : map(number);
  }

  /** Whether nobody has asked this of the segment before: its pages are to be touched once. */
  synchronized boolean markTouched(Segment segment) {
    return touched.add(segment.index());
  }

  /** How many are mapped. */
  int size() {
    return mapped.size();
  }

  private synchronized Segment map(int number) {
    Segment there = mapped.get(number);
    if (there != null) {
      return there;
    }
    if (mapped.size() >= forgetAt) {
      mapped.values().removeIf(segment -> !segment.isThere());
      touched.retainAll(mapped.keySet());
      forgetAt = Math.max(FORGET_FROM, 2 * mapped.size());
    }
    Segment opened = Segment.openReadOnly(directory, storeId, number);
    mapped.put(number, opened);
    return opened;
  }
}
