package io.mobula.gpu.nvml;

import java.util.Optional;

/**
 * What a call brought.
 *
 * @param <T> of what was asked for
 */
sealed interface Answer<T> {

  /** It succeeded. */
  record Told<T>(T value) implements Answer<T> {}

  /** It did not. */
  record Refused<T>(Refusal refusal) implements Answer<T> {}

  /** What was told, for whom it does not matter why nothing was. */
  default Optional<T> toOptional() {
    return switch (this) {
      case Told<T>(var value) -> Optional.of(value);
      case Refused<T> _ -> Optional.empty();
    };
  }
}
