package io.mobula.spi;

import io.mobula.NodeId;
import java.util.List;

/** Where an object is, or why it is nowhere. */
public sealed interface LocateResult {

  /**
   * Sealed on these nodes, as one attempt made it.
   *
   * @param attempt which run of its task made it: never mix bytes of two
   * @param bytes its size
   * @param nodes who has it, the primary copy first; at least one
   */
  record SealedCopies(int attempt, long bytes, List<NodeId> nodes) implements LocateResult {
    /** Copies the nodes. */
    public SealedCopies {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * The value itself.
   *
   * @param attempt which run of its task made it
   * @param encoded as it was published
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record Value(int attempt, byte[] encoded) implements LocateResult {}

  /**
   * There is no value, and this is why.
   *
   * @param attempt which run of its task failed last
   * @param encoded as it was published
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record Failure(int attempt, byte[] encoded) implements LocateResult {}

  /**
   * Nobody has it and nobody is making it.
   *
   * @param reason for people
   * @param reconstructible whether {@link ObjectDirectory#requestReconstruction} may be granted
   * @param attempt which one was lost; zero if there never was one
   */
  record Lost(String reason, boolean reconstructible, int attempt) implements LocateResult {}
}
