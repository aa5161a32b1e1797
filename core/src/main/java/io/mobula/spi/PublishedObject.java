package io.mobula.spi;

import io.mobula.ObjectId;
import java.util.List;
import java.util.Objects;

/** Outcome of an object, as a node publishes it to the directory. */
public sealed interface PublishedObject {

  /** Returns the number of the attempt that produced it, from 1. */
  int attempt();

  /** Returns the objects whose refs are inside the value. */
  List<ObjectId> containedIds();

  /**
   * Copy that is sealed in the store of the publishing node.
   *
   * @param attempt attempt of the task that produced it
   * @param bytes size of the object
   * @param primary whether it was produced here, or is a copy that may be dropped first
   * @param containedIds objects whose refs are inside
   */
  record Sealed(int attempt, long bytes, boolean primary, List<ObjectId> containedIds)
      implements PublishedObject {
    /** Copies the ids and refuses an attempt below 1. */
    public Sealed {
      requireAttempt(attempt);
      containedIds = List.copyOf(containedIds);
    }
  }

  /**
   * Small value, which the directory stores.
   *
   * @param attempt attempt of the task that produced it
   * @param encoded encoded value; not copied, so not to be changed
   * @param containedIds objects whose refs are inside
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
  record Value(int attempt, byte[] encoded, List<ObjectId> containedIds)
      implements PublishedObject {
    /** Copies the ids and refuses an attempt below 1. */
    public Value {
      requireAttempt(attempt);
      Objects.requireNonNull(encoded, "encoded");
      containedIds = List.copyOf(containedIds);
    }
  }

  /**
   * Failure of the task that should have produced the object.
   *
   * @param attempt attempt of the task that failed last
   * @param encoded encoded failure; not copied, so not to be changed
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes are passed on, never compared
  record Failure(int attempt, byte[] encoded) implements PublishedObject {
    /** Refuses an attempt below 1. */
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
