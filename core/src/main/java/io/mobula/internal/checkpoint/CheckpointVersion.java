package io.mobula.internal.checkpoint;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Comparator;

/**
 * Which checkpoint of an actor is later: first that of the later term, then that of the larger
 * number.
 *
 * @param term counts how often the actor's state has been taken up; whoever takes it up begins a
 *     term, so that a host that was thought dead cannot outdo its successor
 * @param number of the checkpoint in its term
 */
public record CheckpointVersion(long term, long number) implements Comparable<CheckpointVersion> {
  /** Before any checkpoint. */
  public static final CheckpointVersion NONE = new CheckpointVersion(0, 0);

  private static final Comparator<CheckpointVersion> ORDER = Comparator.comparingLong(
          CheckpointVersion::term)
      .thenComparingLong(CheckpointVersion::number);

  /** The first of the next term. */
  public CheckpointVersion nextTerm() {
    return new CheckpointVersion(term + 1, 0);
  }

  /** The next of this term. */
  public CheckpointVersion next() {
    return new CheckpointVersion(term, number + 1);
  }

  @Override
  public int compareTo(CheckpointVersion other) {
    return ORDER.compare(this, other);
  }

  /** Writes it. */
  public void write(FrameWriter out) {
    out.int64(term).int64(number);
  }

  /** Reads what {@link #write} wrote. */
  public static CheckpointVersion read(FrameReader in) {
    return new CheckpointVersion(in.int64(), in.int64());
  }

  @Override
  public String toString() {
    return term + "." + number;
  }
}
