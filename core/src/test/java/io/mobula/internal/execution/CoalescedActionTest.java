package io.mobula.internal.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests of requests by many threads, and of the state that the last run has seen. */
public class CoalescedActionTest {

  /**
   * Model of a changing state and a decision based on it: at rest, the decision is based on the
   * last state. That would not hold if {@code decide} were called directly.
   */
  public static class DecisionModel {
    private final AtomicInteger state = new AtomicInteger();
    private volatile int decided;
    private final CoalescedAction look = new CoalescedAction(this::decide);

    private void decide() {
      int seen = state.get();
      decided = seen;
    }

    /** Changes the state, and then requests a decision. */
    @Operation
    public void change() {
      state.incrementAndGet();
      look.request();
    }

    /** Checks the decision when all threads are done. */
    @Validate
    public void decisionIsOfTheLastState() {
      if (decided != state.get()) {
        throw new IllegalStateException("decided on " + decided + " of " + state);
      }
    }
  }

  @Tag("lincheck")
  @Test
  void theLastDecisionIsOfTheLastState() {
    new ModelCheckingOptions()
        .iterations(3)
        .invocationsPerIteration(300)
        .threads(3)
        .actorsPerThread(2)
        .actorsBefore(0)
        .actorsAfter(0)
        .check(DecisionModel.class);
  }

  @Test
  void aRequestFromWithinRunsItOnceMore() {
    var runs = new ArrayList<Integer>();
    var action = new AtomicReference<CoalescedAction>();
    action.set(new CoalescedAction(() -> {
      runs.add(runs.size());
      if (runs.size() == 1) {
        action.get().request();
        action.get().request();
        assertThat(runs).as("not within itself").hasSize(1);
      }
    }));
    action.get().request();
    assertThat(runs).containsExactly(0, 1);
  }

  @Test
  void whatItThrowsReachesWhoeverHasRunItAndStopsNothing() {
    var runs = new AtomicInteger();
    var action = new CoalescedAction(() -> {
      if (runs.incrementAndGet() == 1) {
        throw new IllegalStateException("first");
      }
    });
    assertThatThrownBy(action::request).hasMessage("first");
    action.request();
    assertThat(runs).hasValue(2);
  }

  @Test
  void runsAreNeverAtTheSameTimeAndTheLastSeesAll() throws Exception {
    int threads = 4;
    int rounds = 20_000;
    var changes = new AtomicInteger();
    var inside = new AtomicInteger();
    var together = new AtomicInteger();
    var seen = new AtomicInteger();
    var action = new CoalescedAction(() -> {
      together.addAndGet(inside.getAndIncrement());
      seen.set(changes.get());
      inside.decrementAndGet();
    });
    var start = new CyclicBarrier(threads);
    var all = new ArrayList<Thread>();
    for (int i = 0; i < threads; i++) {
      all.add(Thread.ofPlatform().start(() -> {
        try {
          start.await();
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
        for (int round = 0; round < rounds; round++) {
          changes.incrementAndGet();
          action.request();
        }
      }));
    }
    for (var thread : all) {
      thread.join();
    }
    assertThat(together).hasValue(0);
    assertThat(seen).hasValue(threads * rounds);
  }
}
