package io.mobula.spi;

import io.mobula.ObjectId;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Asks for the bytes of one object.
 *
 * @param id which object
 * @param attempt which making of it: the bytes of two attempts never mix
 * @param bytes how many it has; a source that has another number is passed over
 * @param sources endpoints of nodes that have this attempt, each once, best first; all of them are
 *     used
 * @param target where the bytes go: exactly as large, native, writable and accessible from every
 *     thread until the pull is done
 * @param progress told how many bytes have arrived in all, now and then, on a thread that must not
 *     be blocked
 */
public record Pull(
    ObjectId id,
    int attempt,
    long bytes,
    List<String> sources,
    MemorySegment target,
    LongConsumer progress) {
  /** Copies the sources and refuses what cannot work. */
  public Pull {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(progress, "progress");
    sources = List.copyOf(sources);
    if (sources.isEmpty()) {
      throw new IllegalArgumentException("A pull of " + id + " from no source");
    }
    if (sources.stream().distinct().count() != sources.size() || sources.size() > MOST_SOURCES) {
      throw new IllegalArgumentException("A pull of " + id + " from " + sources.size()
          + " sources: name at most " + MOST_SOURCES + ", each once");
    }
    if (bytes < 0 || target.byteSize() != bytes || target.isReadOnly()) {
      throw new IllegalArgumentException(
          "A pull of " + bytes + " bytes of " + id + " into " + target);
    }
  }

  /** How many sources one pull may have. */
  public static final int MOST_SOURCES = 64;
}
