package io.mobula.internal.directory;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.NodeId;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Actor that connects one node to the directory. It sends what its {@link LocalDirectoryState} has
 * to send after a short delay, resends it until it is acknowledged, and applies the answers. The
 * callers of {@link ShardedDirectory} share the state with the actor. The state is guarded by its
 * own monitor; no message is sent and no listener is called while the monitor is held.
 */
final class DirectoryAgent extends AbstractOnMessageBehavior<DirectoryAgent.Command> {

  sealed interface Command
      permits DirectoryMessage.ToParticipant,
          DirectoryMessage.MessageFragment,
          WakeUp,
          Flush,
          CheckDrift,
          Stop {}

  /** Notification that the state has something new to send. */
  record WakeUp() implements Command {}

  /** Command that stops the actor. */
  record Stop() implements Command {}

  private record Flush() implements Command {}

  private record CheckDrift() implements Command {}

  /** Sender of messages to shards, by shard number. */
  interface ShardSender extends Consumer<ShardMessage> {}

  /** Message together with the number of the shard that receives it. */
  record ShardMessage(int shard, DirectoryEntity.Command message) {}

  private final NodeId self;
  private final LocalDirectoryState table;
  private final DirectorySettings settings;
  private final ShardSender shardSender;
  private final Runnable onFlush;
  private final Supplier<String> hostDescription;
  private final DelayTimer later;
  private final MessageFragmenter fragmenter;
  private final MessageReassembler reassembler;
  private @Nullable Runnable cancelFlush;
  private long flushAt;

  private DirectoryAgent(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      NodeId self,
      LocalDirectoryState table,
      DirectorySettings settings,
      Connections connections) {
    super(context);
    this.self = self;
    this.table = table;
    this.settings = settings;
    this.shardSender = connections.shardSender();
    this.onFlush = connections.onFlush();
    this.hostDescription = connections.hostDescription();
    this.later = connections.timer();
    this.fragmenter =
        new MessageFragmenter(context.getSystem(), Participant.node(self), self.incarnation());
    this.reassembler = new MessageReassembler(context.getSystem());
    timers.startTimerWithFixedDelay(new CheckDrift(), settings.digestInterval());
  }

  /**
   * Collaborators of the actor.
   *
   * @param shardSender delivers messages to shards
   * @param onFlush runs before the actor collects what is new; a caller that adds something later
   *     has to wake the actor again
   * @param hostDescription text for people about where a silent shard should be hosted
   * @param timer runs actions after a delay
   */
  record Connections(
      ShardSender shardSender,
      Runnable onFlush,
      Supplier<String> hostDescription,
      DelayTimer timer) {}

  static Behavior<Command> create(
      NodeId self, LocalDirectoryState table, DirectorySettings settings, Connections connections) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new DirectoryAgent(context, timers, self, table, settings, connections)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case DirectoryMessage.ToParticipant answer -> {
        receive(answer);
        yield this;
      }
      case DirectoryMessage.MessageFragment fragment -> {
        var whole = reassembler.add(fragment, DirectoryEntity.now());
        if (whole instanceof DirectoryMessage.ToParticipant answer) {
          receive(answer);
        }
        yield this;
      }
      case WakeUp() -> {
        flushIn(settings.flushDelay());
        yield this;
      }
      case Flush() -> {
        flush();
        yield this;
      }
      case CheckDrift() -> {
        sendDigests();
        yield this;
      }
      case Stop() -> Behaviors.stopped();
    };
  }

  /**
   * Schedules a flush unless an earlier one is scheduled. Akka's own timer is too coarse for this
   * delay.
   */
  private void flushIn(Duration delay) {
    long at = System.nanoTime() + delay.toNanos();
    if (cancelFlush == null || at - flushAt < 0) {
      if (cancelFlush != null) {
        cancelFlush.run();
      }
      var self = getContext().getSelf();
      flushAt = at;
      cancelFlush = later.after(delay, () -> self.tell(new Flush()));
    }
  }

  private void receive(DirectoryMessage.ToParticipant answer) {
    Runnable action;
    var out = new ArrayList<ShardMessage>();
    synchronized (table) {
      action = table.receive(answer, DirectoryEntity.now(), collecting(out));
      if (!table.isIdle()) {
        flushIn(settings.flushDelay());
      }
    }
    send(out);
    run(action, answer);
  }

  private void run(Runnable action, DirectoryMessage.ToParticipant answer) {
    try {
      action.run();
    } catch (RuntimeException e) {
      getContext()
          .getLog()
          .error("Node {} failed to apply an answer of the directory: {}", self, answer, e);
    }
  }

  private void flush() {
    cancelFlush = null;
    onFlush.run();
    var out = new ArrayList<ShardMessage>();
    List<PendingQueries.UnattendedQuery> unattendedQuery;
    boolean quiet;
    synchronized (table) {
      unattendedQuery = table.flush(DirectoryEntity.now(), collecting(out));
      quiet = table.isIdle();
    }
    send(out);
    unattendedQuery.forEach(
        each -> each.fail(hostDescription.get(), settings.shardSettings().messaging()));
    if (!quiet) {
      flushIn(Duration.ofMillis(settings.shardSettings().messaging().resendMillis()));
    }
  }

  private void sendDigests() {
    var out = new ArrayList<ShardMessage>();
    synchronized (table) {
      table.statements().expire(DirectoryEntity.now());
      table.statements().sendDigests(collecting(out));
    }
    send(out);
  }

  private static MessageSink collecting(List<ShardMessage> out) {
    return (to, message) ->
        out.add(new ShardMessage(to.shard(), (DirectoryMessage.ToShard) message));
  }

  private void send(List<ShardMessage> out) {
    for (var each : out) {
      if (each.message() instanceof DirectoryMessage message
          && MessageFragmenter.isLarge(message)) {
        fragmenter
            .fragment(message)
            .forEach(fragment -> shardSender.accept(new ShardMessage(each.shard(), fragment)));
      } else {
        shardSender.accept(each);
      }
    }
  }
}
