package io.mobula.internal.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.ProcessException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Tag("long")
@Timeout(120)
class WorkerSupervisorIT {
  private static final WorkerSupervisor.Limits TERMS = new WorkerSupervisor.Limits(
      new RestartPolicy(Duration.ofMillis(5), Duration.ofMillis(20), 3, Duration.ofMinutes(10)),
      Duration.ofSeconds(60),
      Duration.ofSeconds(30));

  /** Events that a supervisor has reported. */
  sealed interface SupervisorEvent {
    record Up(int worker, long pid) implements SupervisorEvent {}

    record Restarts(String how, Duration pause) implements SupervisorEvent {}

    record GaveUp(String why) implements SupervisorEvent {}
  }

  private final BlockingQueue<SupervisorEvent> events = new LinkedBlockingQueue<>();
  private final WorkerSupervisor.Listener listener = new WorkerSupervisor.Listener() {
    @Override
    public void up(int worker, long pid, ReadyNotice ready) {
      events.add(new SupervisorEvent.Up(worker, pid));
    }

    @Override
    public void restarts(int worker, String how, Duration pause) {
      events.add(new SupervisorEvent.Restarts(how, pause));
    }

    @Override
    public void gaveUp(int worker, String why) {
      events.add(new SupervisorEvent.GaveUp(why));
    }
  };

  @Test
  void startsAllAndEndsAll() throws Exception {
    long first;
    long second;
    try (var supervisor = supervise(2, ChildMains.StoppableMain.class)) {
      var one = next(SupervisorEvent.Up.class);
      var other = next(SupervisorEvent.Up.class);
      assertThat(one.worker() + other.worker()).isEqualTo(1);
      first = supervisor.pid(0);
      second = supervisor.pid(1);
      assertThat(new long[] {one.pid(), other.pid()}).containsExactlyInAnyOrder(first, second);
    }
    assertThat(ProcessHandle.of(first)).isEmpty();
    assertThat(ProcessHandle.of(second)).isEmpty();
    assertThat(events).isEmpty();
  }

  @Test
  void startsAgainWhatWasKilledAndSaysHowItEnded() throws Exception {
    try (var supervisor = supervise(1, ChildMains.StoppableMain.class)) {
      var before = next(SupervisorEvent.Up.class);
      supervisor.kill(0);
      assertThat(next(SupervisorEvent.Restarts.class).how())
          .contains("pid " + before.pid(), "137 (killed)", "told hello");
      assertThat(next(SupervisorEvent.Up.class).pid()).isNotEqualTo(before.pid());
    }
  }

  @Test
  void givesUpOnOneThatFailsAgainAndAgainAfterGrowingPauses() throws Exception {
    try (var supervisor = supervise(1, ChildMains.FailingMain.class)) {
      assertThat(next(SupervisorEvent.Restarts.class).pause()).isZero();
      assertThat(next(SupervisorEvent.Restarts.class).pause()).isEqualTo(Duration.ofMillis(5));
      assertThat(next(SupervisorEvent.Restarts.class).pause()).isEqualTo(Duration.ofMillis(10));
      assertThat(next(SupervisorEvent.GaveUp.class).why())
          .contains("Worker 0 is not started again", "4 times", "exit code 3", "no luck");
      assertThat(supervisor.pid(0)).isZero();
      assertThatThrownBy(() -> supervisor.kill(0))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("does not run");
    }
  }

  @Test
  void killsWhatDoesNotComeUp() throws Exception {
    var hasty = new WorkerSupervisor.Limits(
        RestartPolicy.NEVER, Duration.ofMillis(50), Duration.ofSeconds(1));
    try (var _ = supervise(1, ChildMains.UnresponsiveMain.class, hasty)) {
      assertThat(next(SupervisorEvent.GaveUp.class).why()).contains("137 (killed)");
    }
  }

  @Test
  void waitsForWhatSaysThatItIsStarting() throws Exception {
    var limits = new WorkerSupervisor.Limits(
        RestartPolicy.NEVER, Duration.ofSeconds(12), Duration.ofSeconds(1));
    try (var _ = WorkerSupervisor.start(
        1,
        worker -> ChildPlan.of("worker " + worker, ChildMains.SlowStartMain.class.getName())
            .arguments("16"),
        limits,
        listener,
        (stream, line) -> {})) {
      assertThat(next(SupervisorEvent.Up.class).worker()).isZero();
    }
  }

  @Test
  void aPlanThatCannotBeMadeCountsAsAnEnd() throws Exception {
    try (var _ = WorkerSupervisor.start(
        1,
        worker -> {
          throw new ProcessException("no seed for worker " + worker);
        },
        TERMS,
        listener,
        (stream, line) -> {})) {
      assertThat(next(SupervisorEvent.Restarts.class).how()).isEqualTo("no seed for worker 0");
    }
  }

  private WorkerSupervisor supervise(int count, Class<?> main) {
    return supervise(count, main, TERMS);
  }

  private WorkerSupervisor supervise(int count, Class<?> main, WorkerSupervisor.Limits limits) {
    return WorkerSupervisor.start(
        count,
        worker -> ChildPlan.of("worker " + worker, main.getName()).input("hello"),
        limits,
        listener,
        (stream, line) -> {});
  }

  private <T extends SupervisorEvent> T next(Class<T> type) throws InterruptedException {
    var next = events.poll(100, TimeUnit.SECONDS);
    assertThat(next).isInstanceOf(type);
    return type.cast(next);
  }
}
