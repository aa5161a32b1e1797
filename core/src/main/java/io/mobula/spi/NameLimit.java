package io.mobula.spi;

import io.mobula.error.InvalidRequestException;
import org.jspecify.annotations.Nullable;

/**
 * Limit of the length of names that users give to tasks, actors, placement groups and resources:
 * many of them occur together in messages, logs and errors.
 */
public final class NameLimit {
  /** Maximum number of characters of a name. */
  public static final int MAX_CHARACTERS = 1_000;

  /** Maximum number of custom resources in one request. */
  public static final int MAX_RESOURCES = 1_000;

  private static final int SHOWN = 40;

  private NameLimit() {}

  /** Refuses a name that is too long; {@code of} describes its owner. */
  public static void require(String of, @Nullable String name) {
    if (name != null && name.length() > MAX_CHARACTERS) {
      throw new InvalidRequestException(
          "The name of " + of + " has " + name.length() + " characters, more than the "
              + MAX_CHARACTERS + " that it may have: \"" + name.substring(0, SHOWN) + "…\".");
    }
  }
}
