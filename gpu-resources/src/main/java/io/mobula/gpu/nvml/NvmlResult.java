package io.mobula.gpu.nvml;

import java.util.Optional;

/**
 * What a call brought.
 *
 * @param <T> of what was asked for
 */
sealed interface NvmlResult<T> {

  /** It succeeded. */
  record Success<T>(T value) implements NvmlResult<T> {}

  /** It did not. */
  record Failure<T>(NvmlError error) implements NvmlResult<T> {}

  /** What was told, for whom it does not matter why nothing was. */
  default Optional<T> toOptional() {
    return switch (this) {
      case Success<T>(var value) -> Optional.of(value);
      case Failure<T> _ -> Optional.empty();
    };
  }
}
