package io.mobula.spi;

import io.mobula.ObjectId;
import java.util.List;
import java.util.Objects;

/**
 * How an object can be made again.
 *
 * @param reconstructionSpec the task, in bytes that only nodes read; not copied, so not to be
 *     changed
 * @param upstream the objects that the task reads
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
public record Lineage(byte[] reconstructionSpec, List<ObjectId> upstream) {
  /** Copies the ids. */
  public Lineage {
    Objects.requireNonNull(reconstructionSpec, "recipe");
    upstream = List.copyOf(upstream);
  }
}
