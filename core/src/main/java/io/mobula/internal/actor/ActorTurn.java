package io.mobula.internal.actor;

import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Point that the calls of an actor wait for: the actor's present work, or what keeps it from
 * running them. Safe for all threads.
 */
final class ActorTurn implements WaitPoint {
  private final ActorCell cell;
  private volatile @Nullable Explanation explanation;

  /** Cached answer of the actor, possibly still to come, about what it waits for. */
  private record Explanation(CompletableFuture<WaitStep> answer, long asked) {
    private static final long FRESH_NANOS = 500_000_000;

    boolean isFresh() {
      return System.nanoTime() - asked < FRESH_NANOS;
    }
  }

  ActorTurn(ActorCell cell) {
    this.cell = cell;
  }

  @Override
  public WaitStep waitStep() {
    var busy = CallWaitSteps.busy(cell, cell.runningCalls(), cell.lifecycle().maker());
    return busy != null ? busy : WaitStep.asking(cell.describe() + " is idle", this::explained);
  }

  /**
   * Asks the actor what it waits for. The actor goes through all its calls, so requests within a
   * short time share one answer.
   */
  private CompletableFuture<WaitStep> explained() {
    var before = explanation;
    if (before != null && before.isFresh()) {
      return before.answer();
    }
    var fresh = new Explanation(new CompletableFuture<>(), System.nanoTime());
    explanation = fresh;
    cell.tell(new ActorBehavior.Explain(fresh.answer()::complete));
    return fresh.answer();
  }
}
