package io.mobula.internal.actor;

import io.mobula.internal.call.BoundCall;
import io.mobula.internal.store.ObjectEntry;
import org.jspecify.annotations.Nullable;

/**
 * Call of this process to an actor, wherever the actor lives, from {@code remote} to its outcome.
 * Confined to the executor of its {@link ActorClient}.
 */
final class RemoteCall {
  private final String name;
  private final Object caller;
  private final BoundCall call;
  private final ObjectEntry result;
  private final long since = System.nanoTime();
  private @Nullable ActorAddress sentTo;
  private int attempts;
  private long sequence;

  RemoteCall(String name, Object caller, BoundCall call, ObjectEntry result) {
    this.name = name;
    this.caller = caller;
    this.call = call;
    this.result = result;
  }

  long number() {
    return result.id().task();
  }

  String name() {
    return name;
  }

  /** Returns the number among all calls of its client, from one; see {@link CallOrigin}. */
  long sequence() {
    return sequence;
  }

  void sequence(long given) {
    sequence = given;
  }

  /** Returns the caller, whose calls keep their order. */
  Object caller() {
    return caller;
  }

  BoundCall call() {
    return call;
  }

  ObjectEntry result() {
    return result;
  }

  /** Returns when the call was made, on the clock of {@link System#nanoTime()}. */
  long since() {
    return since;
  }

  /** Returns the address that the call was sent to and has no answer from, or null. */
  @Nullable
  ActorAddress sentTo() {
    return sentTo;
  }

  void markSent(ActorAddress to) {
    sentTo = to;
    attempts++;
  }

  /** Records that the host has rejected the call, which has certainly not run there. */
  void markRejected() {
    sentTo = null;
    attempts--;
  }

  /** Records that the host is lost; nobody knows whether the call has run. */
  void markLost() {
    sentTo = null;
  }

  /** Returns how often the call may have run. */
  int attempts() {
    return attempts;
  }
}
