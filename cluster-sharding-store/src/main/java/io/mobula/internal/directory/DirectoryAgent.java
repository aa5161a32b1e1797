package io.mobula.internal.directory;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.NodeId;
import io.mobula.spi.ObjectDirectoryFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Speaks for one node: sends what its {@link LocalDirectoryState} has to say a moment after it was
 * said, again until it is understood, and brings the answers in. The table is shared with the
 * callers of {@link ShardedDirectory} and guarded by its own monitor; nothing is sent or told under
 * it.
 */
final class DirectoryAgent extends AbstractOnMessageBehavior<DirectoryAgent.Command> {

  sealed interface Command
      permits DirectoryMessage.ToParticipant,
          DirectoryMessage.MessageFragment,
          WakeUp,
          Flush,
          CheckDrift,
          Stop {}

  /** Something new is to be said. */
  record WakeUp() implements Command {}

  /** Says no more. */
  record Stop() implements Command {}

  private record Flush() implements Command {}

  private record CheckDrift() implements Command {}

  /** Where to deliver what is for a shard. */
  interface ShardSender extends Consumer<ShardMessage> {}

  /** A message and its shard. */
  record ShardMessage(int shard, DirectoryEntity.Command message) {}

  private final NodeId self;
  private final LocalDirectoryState table;
  private final DirectorySettings settings;
  private final ShardSender shardSender;
  private final Runnable onFlush;
  private final Supplier<String> hostDescription;
  private final ObjectDirectoryFactory.Timer later;
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
   * How it is connected.
   *
   * @param shardSender delivers
   * @param onFlush runs before all that is new is collected: whoever comes later has to wake it
   *     again
   * @param hostDescription why a shard may not answer, for people
   * @param timer runs actions later
   */
  record Connections(
      ShardSender shardSender,
      Runnable onFlush,
      Supplier<String> hostDescription,
      ObjectDirectoryFactory.Timer timer) {}

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

  /** Unless it is to be sooner; Akka's own timer is too coarse for what is new. */
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
          .error("Node {} failed at what the directory told it: {}", self, answer, e);
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
