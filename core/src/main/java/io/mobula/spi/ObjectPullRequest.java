package io.mobula.spi;

import io.mobula.ObjectId;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Asks for the bytes of one object.
 *
 * @param id which object
 * @param attempt which making of it: the bytes of two attempts never mix
 * @param bytes how many it has; a source that has another number is passed over
 * @param sources who has this attempt; all of them are used
 * @param target where the bytes go: exactly as large, native, writable and accessible from every
 *     thread until the pull is done
 * @param progress told how many bytes have arrived in all, now and then, on a thread that must not
 *     be blocked
 */
public record ObjectPullRequest(
    ObjectId id,
    int attempt,
    long bytes,
    PullSources sources,
    MemorySegment target,
    LongConsumer progress) {
  /** Refuses what cannot work. */
  public ObjectPullRequest {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(sources, "sources");
    Objects.requireNonNull(progress, "progress");
    if (bytes < 0 || target.byteSize() != bytes || target.isReadOnly()) {
      throw new IllegalArgumentException(
          "A pull of " + bytes + " bytes of " + id + " into " + target);
    }
  }
}
