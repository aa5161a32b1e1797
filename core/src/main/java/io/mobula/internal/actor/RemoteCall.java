package io.mobula.internal.actor;

import io.mobula.internal.call.BoundCall;
import io.mobula.internal.store.ObjectEntry;
import org.jspecify.annotations.Nullable;

/**
 * A call of this process to an actor wherever it lives, from {@code remote} to its outcome. Belongs
 * to the turns of its {@link ActorClient}.
 */
final class RemoteCall {
  private final long number;
  private final String name;
  private final Object caller;
  private final BoundCall call;
  private final ObjectEntry result;
  private final long since = System.nanoTime();
  private @Nullable ActorAddress sentTo;
  private int attempts;
  private long sequence;

  RemoteCall(long number, String name, Object caller, BoundCall call, ObjectEntry result) {
    this.number = number;
    this.name = name;
    this.caller = caller;
    this.call = call;
    this.result = result;
  }

  long number() {
    return number;
  }

  String name() {
    return name;
  }

  /** Its number among all calls of its route, from one; see {@link CallOrigin}. */
  long sequence() {
    return sequence;
  }

  void sequence(long given) {
    sequence = given;
  }

  /** Whose calls keep their order. */
  Object caller() {
    return caller;
  }

  BoundCall call() {
    return call;
  }

  ObjectEntry result() {
    return result;
  }

  /** When it was made, on the clock of {@link System#nanoTime()}. */
  long since() {
    return since;
  }

  /** Where it is on the way or runs, or null. */
  @Nullable
  ActorAddress sentTo() {
    return sentTo;
  }

  void markSent(ActorAddress to) {
    sentTo = to;
    attempts++;
  }

  /** It has certainly not been run there. */
  void markRejected() {
    sentTo = null;
    attempts--;
  }

  /** Nobody knows whether it has been run. */
  void markLost() {
    sentTo = null;
  }

  /** How often it may have been run. */
  int attempts() {
    return attempts;
  }
}
