package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One submission: what the generated call forms hand to {@link MobulaRuntime#submit}. Users write those forms.
 *
 * @param function what to run
 * @param arguments as many as the function has parameters; owned by the request and never changed
 * @param refs bit i says that argument i was given as a ref and is resolved before the call
 * @param options how it shall run
 */
public record TaskRequest(RemoteFunction function, @Nullable Object[] arguments, int refs, TaskOptions options) {
  /** Refuses a null function. */
  public TaskRequest {
    Objects.requireNonNull(function, "function");
    Objects.requireNonNull(options, "options");
  }

  /** Refuses a null argument where a ref is needed by the form that was called: a null ref is the value null. */
  public static int refBit(int index, @Nullable Object ref) {
    return ref == null ? 0 : 1 << index;
  }

  static int requireCount(int count) {
    if (count < 1) {
      throw new InvalidRequestException("Wanted " + count + " results: remoteMany needs at least 1.");
    }
    return count;
  }
}
