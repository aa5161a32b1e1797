package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way to an actor that Akka may not have started yet. Safe for all threads; keeps the order.
 */
final class DeferredActorRef {
  private final List<ActorBehavior.Command> early = new ArrayList<>();
  private volatile @Nullable ActorRef<ActorBehavior.Command> ref;

  /** Tells the actor, or keeps the message until it is there. */
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

  /** It is there. */
  synchronized void started(ActorRef<ActorBehavior.Command> actor) {
    early.forEach(actor::tell);
    early.clear();
    ref = actor;
  }
}
