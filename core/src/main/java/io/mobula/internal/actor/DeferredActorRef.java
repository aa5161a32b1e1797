package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ref to an actor that Akka may not have started yet; keeps early messages, in order. Safe for all
 * threads.
 */
final class DeferredActorRef {
  private final List<ActorBehavior.Command> early = new ArrayList<>();
  private volatile @Nullable ActorRef<ActorBehavior.Command> ref;

  /** Sends a message to the actor, or keeps it until the actor has started. */
  void tell(ActorBehavior.Command command) {
    var present = ref;
    if (present == null) {
      synchronized (this) {
        present = ref;
        if (present == null) {
          early.add(command);
          return;
        }
      }
    }
    present.tell(command);
  }

  /** Passes the kept messages to the actor, which has started. */
  synchronized void started(ActorRef<ActorBehavior.Command> actor) {
    early.forEach(actor::tell);
    early.clear();
    ref = actor;
  }
}
