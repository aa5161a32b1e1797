package io.mobula.spi;

import io.mobula.ObjectId;
import java.util.List;
import java.util.Objects;

/**
 * Lineage of an object: how it can be reconstructed.
 *
 * @param reconstructionSpec the encoded task, which only nodes decode; not copied, so not to be
 *     changed
 * @param upstream objects that the task reads
 */
@SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
public record Lineage(byte[] reconstructionSpec, List<ObjectId> upstream) {
  /** Copies the list of ids. */
  public Lineage {
    Objects.requireNonNull(reconstructionSpec, "reconstructionSpec");
    upstream = List.copyOf(upstream);
  }
}
