package io.mobula.jmh.onenode;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;

/** Baseline for tasks and actor calls: the same work done by a plain Akka actor. */
final class AkkaBaselineActor extends AbstractOnMessageBehavior<AkkaBaselineActor.Command> {
  sealed interface Command {}

  record Square(int number, ActorRef<Integer> replyTo) implements Command {}

  record Add(int number, ActorRef<Integer> replyTo) implements Command {}

  record Increment() implements Command {}

  private int count;

  private AkkaBaselineActor(ActorContext<Command> context) {
    super(context);
  }

  static Behavior<Command> create() {
    return Behaviors.setup(AkkaBaselineActor::new);
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Square(int number, var replyTo) -> replyTo.tell(TrivialWork.square(number));
      case Add(int number, var replyTo) -> {
        count += number;
        replyTo.tell(count);
      }
      case Increment() -> count++;
    }
    return this;
  }
}
