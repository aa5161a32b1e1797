package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import akka.actor.typed.Signal;
import akka.actor.typed.Terminated;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.placement.PlacementGroupId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Parent of users' Akka actors on this node. It starts them and reports when one has stopped. A
 * child that fails stops, and no other actor is affected.
 */
final class BehaviorHost extends AbstractOnMessageBehavior<BehaviorHost.Command> {
  static final String NAME = "behaviors";

  sealed interface Command permits Start, End {}

  /**
   * Message: starts a child.
   *
   * @param name the prefix of its name, which a number makes unique
   * @param behavior the child's behavior
   * @param props the child's props, which name its dispatcher
   * @param group the placement group that it lives in, or null
   * @param listener hears of the child
   */
  record Start<T>(
      String name,
      Behavior<T> behavior,
      Props props,
      @Nullable PlacementGroupId group,
      ChildListener<T> listener)
      implements Command {}

  /** Message: stops the children that live in a placement group, as it is removed. */
  record End(PlacementGroupId group) implements Command {}

  private record Child(ChildListener<?> listener, @Nullable PlacementGroupId group) {}

  /** Listener to the life of a child. {@code ended} is called last, and in any case. */
  interface ChildListener<T> {
    /** Reports that the child has started. */
    void started(ActorRef<T> child);

    /** Reports that the child cannot be started. */
    void failed(Throwable why);

    /** Reports that the child has stopped. */
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
    } catch (RuntimeException thrown) { // a behavior that cannot be an initial one
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
