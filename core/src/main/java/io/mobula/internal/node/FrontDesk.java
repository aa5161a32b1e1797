package io.mobula.internal.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.MobulaRuntime.Waiting;
import io.mobula.Resources;
import io.mobula.internal.cluster.ControlMessage;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where other processes ask what this node has and what waits on it, and where they ask it to
 * leave.
 */
final class FrontDesk extends AbstractOnMessageBehavior<FrontDesk.Command> {
  /** Its name below the node. */
  static final String NAME = "desk";

  private static final Logger LOG = LoggerFactory.getLogger(FrontDesk.class);

  sealed interface Command {}

  /** What has it? */
  record Describe(ActorRef<Description> replyTo) implements Command, ControlMessage {}

  /**
   * It is to leave the cluster and close.
   *
   * @param who asks, for the log
   */
  record Leave(String who) implements Command, ControlMessage {}

  private record Described(
      @Nullable Description description, @Nullable Throwable failure, ActorRef<Description> replyTo)
      implements Command {}

  /**
   * What a node has, in fixed-point units and bytes.
   *
   * @param waiting at most {@value #MOST_WAITING}, oldest first
   */
  record Description(
      Map<String, Long> total, Map<String, Long> available, StoreUsage store, List<Wish> waiting)
      implements ControlMessage {
    static final int MOST_WAITING = 500;

    Description {
      total = Map.copyOf(total);
      available = Map.copyOf(available);
      waiting = List.copyOf(waiting);
    }

    static Description of(
        Resources total, Resources available, StoreUsage store, List<Waiting> waiting) {
      return new Description(
          total.asUnits(),
          available.asUnits(),
          store,
          waiting.stream().limit(MOST_WAITING).map(Wish::of).toList());
    }

    static Resources resources(Map<String, Long> units) {
      var resources = Resources.none();
      for (var each : units.entrySet()) {
        resources = resources.withUnits(each.getKey(), each.getValue());
      }
      return resources;
    }
  }

  /** One who waits. */
  record Wish(String what, Map<String, Long> wants, String why) {
    static Wish of(Waiting waiting) {
      return new Wish(waiting.what(), waiting.wants().asUnits(), waiting.why());
    }

    Waiting waiting() {
      return new Waiting(what, Description.resources(wants), why);
    }
  }

  private final Supplier<CompletionStage<Description>> describe;
  private final Runnable leave;

  private FrontDesk(
      ActorContext<Command> context,
      Supplier<CompletionStage<Description>> describe,
      Runnable leave) {
    super(context);
    this.describe = describe;
    this.leave = leave;
  }

  /**
   * Answers by these.
   *
   * @param describe finds out what there is, without blocking
   * @param leave begins to close the node, without blocking
   */
  static Behavior<Command> create(Supplier<CompletionStage<Description>> describe, Runnable leave) {
    return Behaviors.setup(context -> new FrontDesk(context, describe, leave));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Describe(var replyTo) ->
        getContext()
            .pipeToSelf(
                describe.get(),
                (description, failure) -> new Described(description, failure, replyTo));
      case Described described -> answer(described);
      case Leave(var who) -> {
        LOG.warn("{} has asked this node to leave its cluster.", who);
        leave.run();
      }
    }
    return this;
  }

  private static void answer(Described described) {
    if (described.description() != null) {
      described.replyTo().tell(described.description());
    } else { // whoever asks gives up by himself
      LOG.warn("This node cannot say what it has.", described.failure());
    }
  }
}
