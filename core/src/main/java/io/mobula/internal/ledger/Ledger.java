package io.mobula.internal.ledger;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import io.mobula.MobulaRuntime.Waiting;
import io.mobula.Resources;
import io.mobula.error.UnschedulableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * A node's resource ledger as others see it: asks and tells, all from any thread, none blocking.
 */
public final class Ledger implements Lease.Book {
  private static final Duration REPORT_LIMIT = Duration.ofSeconds(5);

  private final Resources total;
  private final ActorRef<ResourceLedger.Command> actor;
  private volatile Resources possible = Resources.none();

  /**
   * What is free, and what waits.
   *
   * @param available what is free
   * @param waiting who waits for what, at most a thousand, oldest first
   */
  public record Report(Resources available, List<Waiting> waiting) {}

  /**
   * The balance at a moment.
   *
   * @param available what is free
   * @param queued how many requests wait
   */
  public record Now(Resources available, int queued) {}

  private Ledger(Resources total, Spawner spawner) {
    this.total = total;
    this.actor = spawner.spawn(ResourceLedger.create(total, this), "ledger");
  }

  /** Starts the ledger's actor. */
  public static Ledger start(Resources total, Spawner spawner) {
    return new Ledger(total, spawner);
  }

  /** Starts an actor under a name. */
  public interface Spawner {
    /** Starts it and returns at once. */
    <T> ActorRef<T> spawn(Behavior<T> behavior, String name);
  }

  /** Everything the node has. */
  public Resources total() {
    return total;
  }

  /**
   * Refuses what this node can never hold.
   *
   * @param what names who asks
   */
  public void requirePossible(Resources wanted, Supplier<String> what) {
    if (wanted.equals(possible)) {
      return; // most callers ask for the same again and again
    }
    wanted.asUnits().forEach((name, units) -> {
      if (total.units(name) < units) {
        throw new UnschedulableException(
            what.get() + " asks for " + wanted + ", but the only node has " + total
                + ". Ask for less " + name + ", or declare more in the settings.");
      }
    });
    possible = wanted;
  }

  /** Wants a lease; the requester hears of it. */
  public void acquire(Requester requester) {
    actor.tell(new ResourceLedger.Acquire(requester));
  }

  /**
   * Somebody {@linkplain Requester#stillWants wants no more}: others may be granted what he held
   * back.
   */
  public void lookAgain() {
    actor.tell(new ResourceLedger.LookAgain());
  }

  /** What is free and what waits. */
  public CompletionStage<Report> report(ActorSystem<?> system) {
    CompletionStage<ResourceLedger.Report> answer = AskPattern.ask(
        actor, reply -> new ResourceLedger.ReportTo(reply), REPORT_LIMIT, system.scheduler());
    return answer.thenApply(report -> new Report(report.available(), report.waiting()));
  }

  /**
   * Asks for the balance, and to be told once when something may have changed since; then it is to
   * be asked again. One watcher at a time; cheap for the ledger in between.
   *
   * @param onChange runs on the ledger's thread and must not block
   */
  public void watch(ActorRef<Now> replyTo, Runnable onChange) {
    actor.tell(new ResourceLedger.Watch(replyTo, onChange));
  }

  @Override
  public void released(Lease lease) {
    actor.tell(new ResourceLedger.Release(lease));
  }

  @Override
  public void blocked(Lease lease) {
    actor.tell(new ResourceLedger.Blocked(lease));
  }

  @Override
  public void resumed(Lease lease) {
    actor.tell(new ResourceLedger.Resumed(lease));
  }
}
