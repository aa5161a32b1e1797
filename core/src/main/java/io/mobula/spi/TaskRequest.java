package io.mobula.spi;

import io.mobula.error.InvalidRequestException;
import java.util.Objects;

/**
 * Request to run a task, which the generated call forms pass to {@link RuntimeEngine#submit}.
 * Programs use those forms.
 *
 * @param function function to run
 * @param arguments one for each parameter of the function
 * @param options options of the task
 */
public record TaskRequest(RemoteFunction function, Arguments arguments, TaskOptions options) {
  /** Refuses components that are null. */
  public TaskRequest {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(arguments, "arguments");
    Objects.requireNonNull(options, "options");
  }

  /** Returns the count, and refuses one below 1. */
  public static int requireCount(int count) {
    if (count < 1) {
      throw new InvalidRequestException(
          "Wanted " + count + " results: ResultForm.many needs at least 1.");
    }
    return count;
  }
}
