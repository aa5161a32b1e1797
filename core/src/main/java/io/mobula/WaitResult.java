package io.mobula;

import java.util.List;

/**
 * Result of {@code wait}: refs with a value or a failure, and refs without, each in the order
 * given.
 *
 * @param ready ready refs, at most as many as were waited for
 * @param pending all other refs, including ready ones beyond that number
 * @param <R> the type of ref, as given
 */
public record WaitResult<R extends ObjectRef<?>>(List<R> ready, List<R> pending) {
  /** Copies both list arguments. */
  public WaitResult {
    ready = List.copyOf(ready);
    pending = List.copyOf(pending);
  }
}
