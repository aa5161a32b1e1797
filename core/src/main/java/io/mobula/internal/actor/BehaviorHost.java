package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.PlacementGroupId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The parent of users' Akka actors on this node: starts them, and says when one has stopped. A
 * child that fails stops, and nothing else does.
 */
final class BehaviorHost extends AbstractOnMessageBehavior<BehaviorHost.Command> {
  static final String NAME = "behaviors";

  sealed interface Command permits Start, End {}

  /**
   * Starts a child.
   *
   * @param name unique by what is added to it
   * @param behavior what it does
   * @param props where it runs
   * @param group the placement group that it lives in, or null
   * @param listener hears of it
   */
  record Start<T>(
      String name,
      Behavior<T> behavior,
      Props props,
      @Nullable PlacementGroupId group,
      ChildListener<T> listener)
      implements Command {}

  /** A placement group is no more: stops the children that live in it. */
  record End(PlacementGroupId group) implements Command {}

  private record Child(ChildListener<?> listener, @Nullable PlacementGroupId group) {}

  /** What becomes of a child. {@code ended} is called last, and in any case. */
  interface ChildListener<T> {
    /** It has started. */
    void started(ActorRef<T> child);

    /** It cannot be started. */
    void failed(Throwable why);

    /** It has stopped. */
    void ended();
  }

  private final Map<ActorRef<?>, Child> children = new HashMap<>();
  private long numbers;

  private BehaviorHost(ActorContext<Command> context) {
    super(context);
  }

  static Behavior<Command> create() {
    return Behaviors.setup(context -> new BehaviorHost(context));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Start<?> start -> start(start);
      case End(var group) -> onEnd(group);
    }
    return this;
  }

  private void onEnd(PlacementGroupId group) {
    children.forEach((ref, child) -> {
      if (group.equals(child.group())) {
        getContext().stop(ref);
      }
    });
  }

  private <T> void start(Start<T> start) {
    ActorRef<T> child;
    try {
      child = getContext().spawn(start.behavior(), start.name() + "-" + ++numbers, start.props());
    } catch (RuntimeException thrown) { // what is no behavior to start with
      start.listener().failed(thrown);
      start.listener().ended();
      return;
    }
    getContext().watch(child);
    children.put(child, new Child(start.listener(), start.group()));
    start.listener().started(child);
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof Terminated terminated) {
      var child = children.remove(terminated.getRef());
      if (child != null) {
        child.listener().ended();
      }
    }
    return this;
  }
}
