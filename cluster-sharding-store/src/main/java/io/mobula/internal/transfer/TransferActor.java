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
 * Actor that transfers objects over Akka. It has the same name on every node; the actors send their
 * frames to each other. While a transfer is in progress, a timer ticks.
 */
final class TransferActor extends AbstractOnMessageBehavior<TransferActor.Command> {
  private static final Duration TICK = Duration.ofMillis(10);

  /** Messages of the actor: frames from other nodes, and commands from its own node. */
  sealed interface Command permits TransferFrame, Start, Lost, Tick, Stop {}

  /** Command to start a pull of this node. */
  record Start(PullOperation pull) implements Command {}

  /** Notification that a process is dead. */
  record Lost(String endpoint, String how) implements Command {}

  /** Tick of the timer, or notification of a cancelled pull. */
  enum Tick implements Command {
    TICK
  }

  /** Command to end all transfers of the node. */
  enum Stop implements Command {
    STOP
  }

  private final TransferEngine engine;
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
    this.engine =
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
        engine.onFrame(new UnsafeBuffer(frame.bytes()), 0, frame.bytes().length, now);
      case Start(var pull) -> engine.start(pull, now);
      case Lost(var endpoint, var how) -> engine.lost(endpoint, how, now);
      case Tick tick -> {}
      case Stop stop -> {
        return Behaviors.stopped();
      }
    }
    while (engine.work(now) > 0) {
      // All requested data is sent at once: it is never more than the windows of the readers.
    }
    setTimer();
    return this;
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      engine.close("this node ends its transfers");
      onStopped.run();
    }
    return this;
  }

  private void setTimer() {
    boolean ticking = timers.isTimerActive(Tick.TICK);
    if (engine.isBusy() && !ticking) {
      timers.startTimerWithFixedDelay(Tick.TICK, Tick.TICK, TICK);
    } else if (!engine.isBusy() && ticking) {
      timers.cancel(Tick.TICK);
    }
  }
}
