package io.mobula.testkit.fault;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Operation of a workload, with its permitted outcomes.
 *
 * @param id unique in its history
 * @param kind name of its kind, such as {@code task}
 * @param expected expected value as text, or null for any value
 * @param maxEffects how often its body may begin, {@code 1 + retries}; zero if it has no body
 * @param sequence name of the sequence that it belongs to, such as a caller and an actor, or null
 * @param turn its number in the sequence, from 1: bodies of one sequence begin in this order
 * @param errors simple names of the permitted exceptions
 */
public record Operation(
    String id,
    String kind,
    @Nullable String expected,
    int maxEffects,
    @Nullable String sequence,
    long turn,
    Set<String> errors) {

  /** Number of effects that allows any number, as for a value that may be reconstructed. */
  public static final int ANY_NUMBER = Integer.MAX_VALUE;

  /** Copies the set of errors. */
  public Operation {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    if (maxEffects < 0) {
      throw new IllegalArgumentException("Wanted at most " + maxEffects + " effects of " + id);
    }
    errors = Set.copyOf(errors);
  }

  /** Returns an operation that has no body and must not fail. */
  public static Operation of(String id, String kind) {
    return new Operation(id, kind, null, 0, null, 0, Set.of());
  }

  /** Returns this operation with an expected value, compared by {@link String#valueOf(Object)}. */
  public Operation expecting(Object value) {
    return new Operation(id, kind, String.valueOf(value), maxEffects, sequence, turn, errors);
  }

  /**
   * Returns this operation with a body that begins at most {@code most} times, and at least once if
   * the operation ends with a value.
   */
  public Operation effects(int max) {
    return new Operation(id, kind, expected, max, sequence, turn, errors);
  }

  /** Returns this operation as a turn of a sequence. */
  public Operation inOrder(String of, long number) {
    return new Operation(id, kind, expected, maxEffects, of, number, errors);
  }

  /** Returns this operation with further permitted exceptions, by simple name. */
  public Operation allowing(Set<String> names) {
    var all = new TreeSet<>(errors);
    all.addAll(names);
    return new Operation(id, kind, expected, maxEffects, sequence, turn, all);
  }

  /** Returns this operation with further permitted exceptions. */
  @SafeVarargs
  public final Operation allowing(Class<? extends Throwable>... exceptions) {
    var all = new TreeSet<>(errors);
    for (var exception : exceptions) {
      all.add(exception.getSimpleName());
    }
    return new Operation(id, kind, expected, maxEffects, sequence, turn, all);
  }
}
