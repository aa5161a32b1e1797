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
 * Speaks for one node: sends what its {@link NodeTable} has to say a moment after it was said,
 * again until it is understood, and brings the answers in. The table is shared with the callers of
 * {@link ShardedDirectory} and guarded by its own monitor; nothing is sent or told under it.
 */
final class DirectoryAgent extends AbstractOnMessageBehavior<DirectoryAgent.Command> {

  sealed interface Command
      permits DirectoryMessage.ToParticipant,
          DirectoryMessage.Piece,
          Awake,
          Flush,
          LookForDrift,
          Stop {}

  /** Something new is to be said. */
  record Awake() implements Command {}

  /** Says no more. */
  record Stop() implements Command {}

  private record Flush() implements Command {}

  private record LookForDrift() implements Command {}

  /** Where to deliver what is for a shard. */
  interface ToShards extends Consumer<Addressed> {}

  /** A message and its shard. */
  record Addressed(int shard, DirectoryEntity.Command message) {}

  private final NodeId self;
  private final NodeTable table;
  private final DirectorySettings settings;
  private final ToShards toShards;
  private final Runnable onFlush;
  private final Supplier<String> whereabouts;
  private final ObjectDirectoryFactory.Timer later;
  private final MessageCutter cutter;
  private final PieceTable pieces;
  private @Nullable Runnable cancelFlush;
  private long flushAt;

  private DirectoryAgent(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      NodeId self,
      NodeTable table,
      DirectorySettings settings,
      Wiring wiring) {
    super(context);
    this.self = self;
    this.table = table;
    this.settings = settings;
    this.toShards = wiring.toShards();
    this.onFlush = wiring.onFlush();
    this.whereabouts = wiring.whereabouts();
    this.later = wiring.timer();
    this.cutter =
        new MessageCutter(context.getSystem(), Participant.node(self), self.incarnation());
    this.pieces = new PieceTable(context.getSystem());
    timers.startTimerWithFixedDelay(new LookForDrift(), settings.digestInterval());
  }

  /**
   * How it is connected.
   *
   * @param toShards delivers
   * @param onFlush runs before all that is new is collected: whoever comes later has to wake it
   *     again
   * @param whereabouts why a shard may not answer, for people
   * @param timer runs actions later
   */
  record Wiring(
      ToShards toShards,
      Runnable onFlush,
      Supplier<String> whereabouts,
      ObjectDirectoryFactory.Timer timer) {}

  static Behavior<Command> create(
      NodeId self, NodeTable table, DirectorySettings settings, Wiring wiring) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new DirectoryAgent(context, timers, self, table, settings, wiring)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    return switch (message) {
      case DirectoryMessage.ToParticipant answer -> {
        receive(answer);
        yield this;
      }
      case DirectoryMessage.Piece piece -> {
        var whole = pieces.add(piece, DirectoryEntity.now());
        if (whole instanceof DirectoryMessage.ToParticipant answer) {
          receive(answer);
        }
        yield this;
      }
      case Awake() -> {
        flushIn(settings.flushDelay());
        yield this;
      }
      case Flush() -> {
        flush();
        yield this;
      }
      case LookForDrift() -> {
        lookForDrift();
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
    var out = new ArrayList<Addressed>();
    synchronized (table) {
      action = table.receive(answer, DirectoryEntity.now(), collecting(out));
      if (!table.isQuiet()) {
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
    var out = new ArrayList<Addressed>();
    List<Questions.Unheard> unheard;
    boolean quiet;
    synchronized (table) {
      unheard = table.flush(DirectoryEntity.now(), collecting(out));
      quiet = table.isQuiet();
    }
    send(out);
    unheard.forEach(each -> each.fail(whereabouts.get(), settings.rules().pace()));
    if (!quiet) {
      flushIn(Duration.ofMillis(settings.rules().pace().resendMillis()));
    }
  }

  private void lookForDrift() {
    var out = new ArrayList<Addressed>();
    synchronized (table) {
      table.statements().expire(DirectoryEntity.now());
      table.statements().digests(collecting(out));
    }
    send(out);
  }

  private static Sink collecting(List<Addressed> out) {
    return (to, message) -> out.add(new Addressed(to.shard(), (DirectoryMessage.ToShard) message));
  }

  private void send(List<Addressed> out) {
    for (var each : out) {
      if (each.message() instanceof DirectoryMessage message && MessageCutter.isLarge(message)) {
        cutter.cut(message).forEach(piece -> toShards.accept(new Addressed(each.shard(), piece)));
      } else {
        toShards.accept(each);
      }
    }
  }
}
