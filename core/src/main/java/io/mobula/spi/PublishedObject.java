package io.mobula.spi;

import io.mobula.ObjectId;
import java.util.List;
import java.util.Objects;

/** What has become of an object. */
public sealed interface PublishedObject {

  /** Which run of its task made it, from one. */
  int attempt();

  /** The objects whose refs are inside. */
  List<ObjectId> containedIds();

  /**
   * Sealed in the store of the node that says so.
   *
   * @param attempt which run of its task made it
   * @param bytes its size
   * @param primary whether it was made here, or is a copy that may be dropped first
   * @param containedIds the objects whose refs are inside
   */
  record Sealed(int attempt, long bytes, boolean primary, List<ObjectId> containedIds)
      implements PublishedObject {
    /** Copies the ids and refuses an attempt below one. */
    public Sealed {
      requireAttempt(attempt);
      containedIds = List.copyOf(containedIds);
    }
  }

  /**
   * A small value, which the directory keeps.
   *
   * @param attempt which run of its task made it
   * @param encoded its bytes; not copied, so not to be changed
   * @param containedIds the objects whose refs are inside
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record Value(int attempt, byte[] encoded, List<ObjectId> containedIds)
      implements PublishedObject {
    /** Copies the ids and refuses an attempt below one. */
    public Value {
      requireAttempt(attempt);
      Objects.requireNonNull(encoded, "encoded");
      containedIds = List.copyOf(containedIds);
    }
  }

  /**
   * There is no value, and this is why.
   *
   * @param attempt which run of its task failed last
   * @param encoded the failure's bytes; not copied, so not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are handed on, never compared
  record Failure(int attempt, byte[] encoded) implements PublishedObject {
    /** Refuses an attempt below one. */
    public Failure {
      requireAttempt(attempt);
      Objects.requireNonNull(encoded, "encoded");
    }

    @Override
    public List<ObjectId> containedIds() {
      return List.of();
    }
  }

  private static void requireAttempt(int attempt) {
    if (attempt < 1) {
      throw new IllegalArgumentException("Attempts count from one, not " + attempt);
    }
  }
}
