package io.mobula;

import io.mobula.error.InvalidRequestException;
import org.jspecify.annotations.Nullable;

/**
 * How long names are at most that users give to tasks, actors, groups and resources: they stand in
 * messages of the engine, in logs and in errors, many at a time.
 */
final class NameLimit {
  static final int MOST_CHARACTERS = 1_000;

  /** How many resources of one's own a request names at most. */
  static final int MOST_RESOURCES = 1_000;

  private static final int SHOWN = 40;

  private NameLimit() {}

  /** Refuses a name that is too long; {@code of} says whose it is. */
  static void require(String of, @Nullable String name) {
    if (name != null && name.length() > MOST_CHARACTERS) {
      throw new InvalidRequestException(
          "The name of " + of + " has " + name.length() + " characters, more than the "
              + MOST_CHARACTERS + " that it may have: \"" + name.substring(0, SHOWN) + "…\".");
    }
  }
}
