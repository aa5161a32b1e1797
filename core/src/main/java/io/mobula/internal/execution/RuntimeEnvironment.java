package io.mobula.internal.execution;

import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Objects;

/**
 * Jars that work needs, in class path order.
 *
 * @param hash SHA-256 over the hashes of the jars, in hexadecimal digits: equal for equal jars
 * @param jarList the id of the object that lists the jars
 */
public record RuntimeEnvironment(String hash, ObjectId jarList) {
  public RuntimeEnvironment {
    Objects.requireNonNull(hash, "hash");
    Objects.requireNonNull(jarList, "list");
  }

  /** Writes this environment to a frame. */
  public void write(FrameWriter out) {
    out.text(hash).int64(jarList.node()).int64(jarList.task()).int32(jarList.index());
  }

  /** Reads an environment that {@link #write} has written. */
  public static RuntimeEnvironment read(FrameReader in) {
    return new RuntimeEnvironment(in.text(), new ObjectId(in.int64(), in.int64(), in.int32()));
  }
}
