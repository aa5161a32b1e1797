package io.mobula;

import java.util.List;

/**
 * What {@code wait} found: refs with a value (or a failure) and refs without, each in the order
 * given.
 *
 * @param ready at most as many as were waited for
 * @param pending all others, ready ones beyond that number included
 * @param <R> the type of ref, as given
 */
public record WaitResult<R extends ObjectRef<?>>(List<R> ready, List<R> pending) {
  /** Copies both lists. */
  public WaitResult {
    ready = List.copyOf(ready);
    pending = List.copyOf(pending);
  }
}
