package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.util.Objects;

/**
 * One submission: what the generated call forms hand to {@link MobulaRuntime#submit}. Users write
 * those forms.
 *
 * @param function what to run
 * @param arguments as many as the function has parameters
 * @param options how it shall run
 */
public record TaskRequest(RemoteFunction function, Arguments arguments, TaskOptions options) {
  /** Refuses nulls. */
  public TaskRequest {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(arguments, "arguments");
    Objects.requireNonNull(options, "options");
  }

  static int requireCount(int count) {
    if (count < 1) {
      throw new InvalidRequestException(
          "Wanted " + count + " results: remoteMany needs at least 1.");
    }
    return count;
  }
}
