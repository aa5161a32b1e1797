package io.mobula.spi;

import io.mobula.NodeId;
import java.util.List;

/** Result of locating an object: its location, its value, or why it has none. */
public sealed interface LocateResult {

  /**
   * Copies of an object, sealed in the stores of nodes.
   *
   * @param attempt attempt of the task that produced the bytes; bytes of two attempts must never be
   *     mixed
   * @param bytes size of the object
   * @param nodes nodes with a copy, the primary copy first; at least one
   */
  record SealedCopies(int attempt, long bytes, List<NodeId> nodes) implements LocateResult {
    /** Copies the list of nodes. */
    public SealedCopies {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * Value of an object, stored by the directory.
   *
   * @param attempt attempt of the task that produced the value
   * @param encoded the encoding that was published
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
  record Value(int attempt, byte[] encoded) implements LocateResult {}

  /**
   * Failure of the task that should have produced the object.
   *
   * @param attempt attempt of the task that failed last
   * @param encoded the encoding that was published
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
  record Failure(int attempt, byte[] encoded) implements LocateResult {}

  /**
   * Loss of an object: no node has it, and none produces it.
   *
   * @param reason text for people
   * @param reconstructible whether {@link ObjectDirectory#requestReconstruction} may be granted
   * @param attempt attempt that was lost; zero if there never was one
   */
  record Lost(String reason, boolean reconstructible, int attempt) implements LocateResult {}
}
