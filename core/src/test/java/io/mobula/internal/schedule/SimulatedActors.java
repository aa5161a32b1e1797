package io.mobula.internal.schedule;

import akka.actor.testkit.typed.javadsl.BehaviorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import io.mobula.internal.ledger.Ledger;

/** Starts actors that take a message when the {@link Schedule} says so. For one thread. */
public final class SimulatedActors implements Ledger.Spawner {
  private final Schedule schedule;
  private final String owner;
  private int count;

  /** Of the process of that name. */
  public SimulatedActors(Schedule schedule, String owner) {
    this.schedule = schedule;
    this.owner = owner;
  }

  @Override
  public <T> ActorRef<T> spawn(Behavior<T> behavior, String name) {
    var kit = BehaviorTestKit.create(behavior);
    schedule.source(
        owner + "'s " + name + " " + ++count,
        () -> kit.isAlive() && kit.selfInbox().hasMessages(),
        kit::runOne);
    return kit.getRef();
  }
}
