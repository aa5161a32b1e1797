package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.Fn0;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.error.MobulaException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Test of a program's thread that submits tasks with a stack that overflows at each place of the
 * submission in turn: each time, the next task of another thread runs on the only CPU.
 */
@Timeout(300)
class FullStackTest {
  private static final int STACK_BYTES = 256 << 10;
  /** Frames above the end of the stack that are tried one by one; higher up, one of 16 is. */
  private static final int EACH_LEVEL = 150;

  private static final int MOST_SUBMISSIONS = 600;
  private static final int ENOUGH = 20; // submissions in a row without an overflow

  /** Function that is loaded and known to the codec before the stack is full. */
  private static final Fn0<Integer> TWO = () -> 2;

  /** Latest thread that has run a task. */
  private static volatile @Nullable Thread slot;

  /** Check between two submissions, in a thread with room in its stack. */
  private interface Check {
    void run() throws Exception;
  }

  static int noteSlot() {
    slot = Thread.currentThread();
    return 1;
  }

  private static MobulaRuntime open(String leaseIdle) {
    return Mobula.init(
        Mobula.settings().cpus(1).storeCapacity(4 << 20).set("mobula.tasks.lease-idle", leaseIdle));
  }

  private static void runNext(MobulaRuntime runtime) {
    assertThat(runtime.task(FullStackTest::noteSlot).remote().get(ContractTest.LONG))
        .isEqualTo(1);
  }

  @Test
  void aSlotThatWaitsForTasksIsNotLost() throws Exception {
    try (var runtime = open("30s")) {
      sweep(runtime, () -> {
        runNext(runtime);
        PollingAssert.until(
            "the slot waits",
            () -> slot instanceof Thread waits && waits.getState() == Thread.State.TIMED_WAITING);
      });
    }
  }

  @Test
  void aLeaseThatIsAskedForComes() throws Exception {
    try (var runtime = open("1ms")) {
      sweep(runtime, () -> {
        runNext(runtime);
        PollingAssert.untilEqual(1.0, () -> runtime.availableResources().amount(Resources.CPU));
      });
    }
  }

  /**
   * Submits a task from ever fewer frames, from the end of the stack up to where there is room.
   *
   * @param between runs before each submission
   */
  private static void sweep(MobulaRuntime runtime, Check between) throws Exception {
    // loads classes: an error in their initializers would stay
    assertThat(runtime.task(TWO).maxRetries(0).remote().get(ContractTest.LONG)).isEqualTo(2);
    var submitter = new DeepSubmitter(runtime);
    var thread = new Thread(null, submitter, "deep", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    int overflows = 0;
    int inARow = 0;
    for (int i = 0; i < MOST_SUBMISSIONS && inARow < ENOUGH; i++) {
      between.run();
      submitter.skipped = i < EACH_LEVEL ? 0 : 15;
      boolean fits = submitter.submitOnce();
      overflows += fits ? 0 : 1;
      inARow = fits ? inARow + 1 : 0;
    }
    submitter.state = DeepSubmitter.END;
    thread.join(ContractTest.LONG.toMillis());
    between.run();
    assertThat(overflows).isPositive();
    assertThat(inARow).isEqualTo(ENOUGH);
    PollingAssert.until("nothing is pending", () -> runtime.pending().isEmpty());
  }

  /**
   * Submitter at the end of its stack. It goes one frame up for each submission. It calls nothing
   * to hear what to do, as it has no stack for calls.
   */
  private static final class DeepSubmitter implements Runnable {
    static final int WAITING = 0;
    static final int SUBMIT = 1;
    static final int END = 2;

    private final MobulaRuntime runtime;
    private volatile int state = WAITING;
    private volatile boolean fits;
    private volatile int skipped; // frames to go up before the next submission

    DeepSubmitter(MobulaRuntime runtime) {
      this.runtime = runtime;
    }

    /** Has the thread submit one task, and returns whether its stack was enough. */
    boolean submitOnce() throws Exception {
      state = SUBMIT;
      PollingAssert.until("the task is submitted or not", () -> state == WAITING);
      return fits;
    }

    @Override
    public void run() {
      descend();
    }

    @SuppressWarnings("InfiniteRecursion") // intended
    private void descend() {
      try {
        descend();
      } catch (StackOverflowError end) {
        fits = false;
      }
      while (state == WAITING) {}
      if (skipped > 0) {
        skipped--;
        return;
      }
      if (state == END) {
        return;
      }
      boolean submitted = false;
      try {
        runtime.task(TWO).maxRetries(0).remote();
        submitted = true;
      } catch (StackOverflowError | MobulaException full) {
        fits = false;
      }
      fits = submitted;
      state = WAITING;
    }
  }
}
