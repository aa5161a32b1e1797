package io.mobula.internal.transfer;

import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.TransferSettings.TransferLimits;
import java.time.Duration;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Transfers over Akka: one actor under a fixed name on every node, to which the others' send their
 * frames. While something is under way it looks at the time now and then.
 */
final class TransferActor extends AbstractOnMessageBehavior<TransferActor.Command> {
  private static final Duration TICK = Duration.ofMillis(10);

  /** What it is told: by others frames, by its own node all else. */
  sealed interface Command permits TransferFrame, Start, Lost, Tick, Stop {}

  /** A pull of this node. */
  record Start(PullOperation pull) implements Command {}

  /** A process is dead. */
  record Lost(String endpoint, String how) implements Command {}

  /** Time has passed, or something was cancelled. */
  enum Tick implements Command {
    TICK
  }

  /** The node ends its transfers. */
  enum Stop implements Command {
    STOP
  }

  private final TransferEngine desk;
  private final TimerScheduler<Command> timers;
  private final Runnable onStopped;

  private TransferActor(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ObjectSource source,
      TransferLimits limits,
      Runnable onStopped) {
    super(context);
    var resolver = ActorRefResolver.get(context.getSystem());
    this.desk =
        new TransferEngine(new ArteryFrameTransport(resolver, context.getSelf()), source, limits);
    this.timers = timers;
    this.onStopped = onStopped;
  }

  static Behavior<Command> create(ObjectSource source, TransferLimits limits, Runnable onStopped) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new TransferActor(context, timers, source, limits, onStopped)));
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    long now = System.nanoTime();
    switch (message) {
      case TransferFrame frame ->
        desk.onFrame(new UnsafeBuffer(frame.bytes()), 0, frame.bytes().length, now);
      case Start(var pull) -> desk.start(pull, now);
      case Lost(var endpoint, var how) -> desk.lost(endpoint, how, now);
      case Tick tick -> {}
      case Stop stop -> {
        return Behaviors.stopped();
      }
    }
    while (desk.work(now) > 0) {
      // What was asked for goes out at once: it is never more than the windows of those who asked.
    }
    setTimer();
    return this;
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      desk.close("this node ends its transfers");
      onStopped.run();
    }
    return this;
  }

  private void setTimer() {
    boolean ticking = timers.isTimerActive(Tick.TICK);
    if (desk.isBusy() && !ticking) {
      timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, TICK);
    } else if (!desk.isBusy() && ticking) {
      timers.cancel(Tick.TICK);
    }
  }
}
