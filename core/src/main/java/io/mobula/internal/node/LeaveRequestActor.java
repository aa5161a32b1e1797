package io.mobula.internal.node;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.internal.cluster.ControlMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Actor that other processes ask to make this node leave. */
final class LeaveRequestActor extends AbstractOnMessageBehavior<LeaveRequestActor.Command> {
  /** Name of this actor below the node. */
  static final String NAME = "leave-requests";

  private static final Logger LOG = LoggerFactory.getLogger(LeaveRequestActor.class);

  sealed interface Command {}

  /**
   * Request to leave the cluster and to close.
   *
   * @param who the requester, for the log
   */
  record Leave(String who) implements Command, ControlMessage {}

  private final Runnable leave;

  private LeaveRequestActor(ActorContext<Command> context, Runnable leave) {
    super(context);
    this.leave = leave;
  }

  /**
   * Creates the actor's behavior.
   *
   * @param leave begins to close the node, without blocking
   */
  static Behavior<Command> create(Runnable leave) {
    return Behaviors.setup(context -> new LeaveRequestActor(context, leave));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case Leave(var who) -> {
        LOG.warn("{} has asked this node to leave its cluster.", who);
        leave.run();
        yield this;
      }
    };
  }
}
