package io.mobula.internal.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Props;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.function.Consumer;

/** Root of a node's actors. When it has stopped, all of them have. */
final class NodeGuardian extends AbstractOnMessageBehavior<NodeGuardian.Command> {

  sealed interface Command {}

  /** Request to start a child; the callback gets its ref on the guardian's thread. */
  record Spawn<T>(Behavior<T> behavior, String name, Props props, Consumer<ActorRef<T>> then)
      implements Command {}

  /** Command to stop all children and then this actor. */
  record Stop() implements Command {}

  private final Runnable onStopped;

  private NodeGuardian(ActorContext<Command> context, Runnable onStopped) {
    super(context);
    this.onStopped = onStopped;
  }

  static Behavior<Command> create(Runnable onStopped) {
    return Behaviors.setup(context -> new NodeGuardian(context, onStopped));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Spawn<?> spawn -> {
        start(spawn);
        yield this;
      }
      case Stop() -> Behaviors.stopped();
    };
  }

  private <T> void start(Spawn<T> spawn) {
    spawn.then().accept(getContext().spawn(spawn.behavior(), spawn.name(), spawn.props()));
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      onStopped.run();
    }
    return this;
  }
}
