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
import java.util.function.Consumer;

/** A node's resource ledger as others see it: asks and tells, all from any thread, none blocking. */
public final class Ledger {
  private static final Duration REPORT_LIMIT = Duration.ofSeconds(5);

  private final Resources total;
  private final Consumer<Lease> onRecall;
  private final ActorRef<ResourceLedger.Command> actor;

  /**
   * What is free, and what waits.
   *
   * @param available what is free
   * @param waiting who waits for what, at most a thousand, oldest first
   */
  public record Report(Resources available, List<Waiting> waiting) {}

  private Ledger(Resources total, Consumer<Lease> onRecall, Spawner spawner) {
    this.total = total;
    this.onRecall = onRecall;
    this.actor = spawner.spawn(ResourceLedger.create(total, this), "ledger");
  }

  /**
   * Starts the ledger's actor.
   *
   * @param onRecall hears, on the ledger's thread, that others wait for what a lease holds
   */
  public static Ledger start(Resources total, Consumer<Lease> onRecall, Spawner spawner) {
    return new Ledger(total, onRecall, spawner);
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
  public void requirePossible(Resources wanted, String what) {
    wanted.asUnits().forEach((name, units) -> {
      if (total.units(name) < units) {
        throw new UnschedulableException(what + " asks for " + wanted + ", but the only node has " + total
            + ". Ask for less " + name + ", or declare more in the settings.");
      }
    });
  }

  /** Wants a lease; the request hears of it. */
  public void acquire(Request request) {
    actor.tell(new ResourceLedger.Acquire(request));
  }

  /** Takes a request back; a grant may already be on its way. */
  public void withdraw(Request request) {
    actor.tell(new ResourceLedger.Withdraw(request));
  }

  /** What is free and what waits. */
  public CompletionStage<Report> report(ActorSystem<?> system) {
    CompletionStage<ResourceLedger.Report> answer =
        AskPattern.ask(actor, ResourceLedger.ReportTo::new, REPORT_LIMIT, system.scheduler());
    return answer.thenApply(report -> new Report(report.available(), report.waiting()));
  }

  void released(Lease lease) {
    actor.tell(new ResourceLedger.Release(lease));
  }

  void blocked(Lease lease) {
    actor.tell(new ResourceLedger.Blocked(lease));
  }

  void resumed(Lease lease) {
    actor.tell(new ResourceLedger.Resumed(lease));
  }

  void recalled(Lease lease) {
    onRecall.accept(lease);
  }
}
