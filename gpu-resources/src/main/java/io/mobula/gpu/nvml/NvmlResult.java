package io.mobula.gpu.nvml;

import java.util.Optional;

/**
 * Result of an NVML call.
 *
 * @param <T> type of the value
 */
sealed interface NvmlResult<T> {

  /** Result of a successful call. */
  record Success<T>(T value) implements NvmlResult<T> {}

  /** Result of a failed call. */
  record Failure<T>(NvmlError error) implements NvmlResult<T> {}

  /** Returns the value, or empty on any error. */
  default Optional<T> toOptional() {
    return switch (this) {
      case Success<T>(var value) -> Optional.of(value);
      case Failure<T> _ -> Optional.empty();
    };
  }
}
