package io.mobula.internal.schedule;

import akka.actor.testkit.typed.Effect;
import akka.actor.testkit.typed.javadsl.BehaviorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.spi.ActorSpawner;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Spawner of actors that receive messages when the {@link SimulatedScheduler} decides. For one
 * thread.
 */
public final class SimulatedActors implements ActorSpawner {
  private final SimulatedScheduler scheduler;
  private final String owner;
  private final List<BooleanSupplier> timers = new ArrayList<>(); // true: set again
  private int count;

  /** Makes the spawner of the process of that name. */
  public SimulatedActors(SimulatedScheduler scheduler, String owner) {
    this.scheduler = scheduler;
    this.owner = owner;
  }

  @Override
  public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    var kit = BehaviorTestKit.create(behavior);
    var thread = owner + "'s " + name + " " + ++count;
    scheduler.source(thread, () -> kit.isAlive() && kit.selfInbox().hasMessages(), () -> {
      kit.runOne();
      takeTimers(kit);
    });
    takeTimers(kit);
    return kit.getRef();
  }

  /** Collects the actor's timers; a timer that fires puts its message into the actor's mailbox. */
  private <T> void takeTimers(BehaviorTestKit<T> kit) {
    for (var effect : kit.getAllEffects()) {
      if (effect instanceof Effect.TimerScheduled<?> timer) {
        arm(timer);
      }
    }
  }

  private void arm(Effect.TimerScheduled<?> timer) {
    boolean again = !timer.mode().toString().equals("SingleMode");
    timers.add(() -> {
      timer.send().apply();
      return again;
    });
  }

  /** Fires every timer that is set now. */
  public void fireTimers() {
    var due = List.copyOf(timers);
    timers.clear();
    due.forEach(timer -> {
      if (timer.getAsBoolean()) {
        timers.add(timer);
      }
    });
  }

  /** Fires one of the timers that are set. */
  public void fireOne() {
    if (!timers.isEmpty()) {
      var timer = timers.remove(scheduler.decisions().next(timers.size()));
      if (timer.getAsBoolean()) {
        timers.add(timer);
      }
    }
  }
}
