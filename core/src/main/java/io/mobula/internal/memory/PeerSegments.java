package io.mobula.internal.memory;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Segments of another process's store, each mapped when an object in it is first opened.
 *
 * <p>Any thread may call, with a pin on an object in the requested segment: its file then still has
 * its name and its length. Mappings of segments that the owner has retired are dropped from time to
 * time, so that they do not pile up in a reader.
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

  /**
   * Marks the segment as touched; returns whether it was not marked before. The pages of each
   * segment are touched once.
   */
  synchronized boolean markTouched(Segment segment) {
    return touched.add(segment.index());
  }

  /** Returns the number of mapped segments. */
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
