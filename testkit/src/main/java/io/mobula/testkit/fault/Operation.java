package io.mobula.testkit.fault;

import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Something that a workload asks for, and what is right about its outcome.
 *
 * @param id unique in its history
 * @param kind what people call it, such as {@code task}
 * @param expected its value as text, or null if any is right
 * @param mostEffects how often its body may begin, {@code 1 + retries}; zero if it has no body
 * @param sequence what it is one turn of, such as a caller and an actor, or null
 * @param turn its number there, from 1: bodies of one sequence begin in this order
 * @param errors the simple names of the exceptions that it may end with
 */
public record Operation(
    String id,
    String kind,
    @Nullable String expected,
    int mostEffects,
    @Nullable String sequence,
    long turn,
    Set<String> errors) {

  /** For work whose bodies may begin any number of times, as a value that is made again does. */
  public static final int ANY_NUMBER = Integer.MAX_VALUE;

  /** Copies the set. */
  public Operation {
    Objects.requireNonNull(id, "id");
    Objects.requireNonNull(kind, "kind");
    if (mostEffects < 0) {
      throw new IllegalArgumentException("Wanted at most " + mostEffects + " effects of " + id);
    }
    errors = Set.copyOf(errors);
  }

  /** One that has no body and may not fail. */
  public static Operation of(String id, String kind) {
    return new Operation(id, kind, null, 0, null, 0, Set.of());
  }

  /** Its value has to be that, as {@link String#valueOf(Object)} says. */
  public Operation expecting(Object value) {
    return new Operation(id, kind, String.valueOf(value), mostEffects, sequence, turn, errors);
  }

  /** Its body begins at least once if it ends with a value, and at most so often in any case. */
  public Operation effects(int most) {
    return new Operation(id, kind, expected, most, sequence, turn, errors);
  }

  /** It is that turn of a sequence. */
  public Operation inOrder(String of, long number) {
    return new Operation(id, kind, expected, mostEffects, of, number, errors);
  }

  /** It may end with one of the exceptions of these simple names, too. */
  public Operation mayFailWith(Set<String> names) {
    var all = new TreeSet<>(errors);
    all.addAll(names);
    return new Operation(id, kind, expected, mostEffects, sequence, turn, all);
  }

  /** It may end with one of these, too. */
  @SafeVarargs
  public final Operation mayFailWith(Class<? extends Throwable>... exceptions) {
    var all = new TreeSet<>(errors);
    for (var exception : exceptions) {
      all.add(exception.getSimpleName());
    }
    return new Operation(id, kind, expected, mostEffects, sequence, turn, all);
  }
}
