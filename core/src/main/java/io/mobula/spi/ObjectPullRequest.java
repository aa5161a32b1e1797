package io.mobula.spi;

import io.mobula.ObjectId;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.function.LongConsumer;

/**
 * Request for the bytes of one object.
 *
 * @param id the object
 * @param attempt attempt that produced the bytes; bytes of two attempts never mix
 * @param bytes size of the object; a source with another size is skipped
 * @param sources endpoints with this attempt; all of them are used
 * @param target where the bytes are written: of the same size, native, writable and accessible from
 *     every thread until the pull has completed
 * @param progress receives the number of bytes that have arrived, from time to time, on a thread
 *     that must not be blocked
 */
public record ObjectPullRequest(
    ObjectId id,
    int attempt,
    long bytes,
    PullSources sources,
    MemorySegment target,
    LongConsumer progress) {
  /** Refuses a negative size, and a target of another size or read-only. */
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
