package io.mobula.internal.checkpoint;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.Comparator;

/**
 * Version that orders the checkpoints of an actor, first by term, then by number.
 *
 * @param term how often the actor's state has been restored; each restore begins a term, so that a
 *     host that was wrongly thought dead cannot overtake its successor
 * @param number the number of the checkpoint in its term
 */
public record CheckpointVersion(long term, long number) implements Comparable<CheckpointVersion> {
  /** Version before the first checkpoint. */
  public static final CheckpointVersion NONE = new CheckpointVersion(0, 0);

  private static final Comparator<CheckpointVersion> ORDER = Comparator.comparingLong(
          CheckpointVersion::term)
      .thenComparingLong(CheckpointVersion::number);

  /** Returns the first version of the next term. */
  public CheckpointVersion nextTerm() {
    return new CheckpointVersion(term + 1, 0);
  }

  /** Returns the next version of this term. */
  public CheckpointVersion next() {
    return new CheckpointVersion(term, number + 1);
  }

  @Override
  public int compareTo(CheckpointVersion other) {
    return ORDER.compare(this, other);
  }

  /** Writes this version to a frame. */
  public void write(FrameWriter out) {
    out.int64(term).int64(number);
  }

  /** Reads a version that {@link #write} wrote. */
  public static CheckpointVersion read(FrameReader in) {
    return new CheckpointVersion(in.int64(), in.int64());
  }

  @Override
  public String toString() {
    return term + "." + number;
  }
}
