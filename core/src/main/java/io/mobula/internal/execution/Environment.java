package io.mobula.internal.execution;

import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Objects;

/**
 * The jars that work needs, in their order.
 *
 * @param hash SHA-256 over the hashes of the jars, in hexadecimal digits: equal for equal jars
 * @param list the object that lists the jars
 */
public record Environment(String hash, ObjectId list) {
  /** Refuses nulls. */
  public Environment {
    Objects.requireNonNull(hash, "hash");
    Objects.requireNonNull(list, "list");
  }

  /** Writes it. */
  public void write(FrameWriter out) {
    out.text(hash).int64(list.node()).int64(list.task()).int32(list.index());
  }

  /** Reads what {@link #write} has written. */
  public static Environment read(FrameReader in) {
    return new Environment(in.text(), new ObjectId(in.int64(), in.int64(), in.int32()));
  }
}
