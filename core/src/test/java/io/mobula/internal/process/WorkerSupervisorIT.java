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
  private static final WorkerSupervisor.Terms TERMS = new WorkerSupervisor.Terms(
      new RestartPolicy(Duration.ofMillis(5), Duration.ofMillis(20), 3, Duration.ofMinutes(10)),
      Duration.ofSeconds(60),
      Duration.ofSeconds(30));

  /** What a supervisor has said. */
  sealed interface Said {
    record Up(int worker, long pid) implements Said {}

    record Restarts(String how, Duration pause) implements Said {}

    record GaveUp(String why) implements Said {}
  }

  private final BlockingQueue<Said> said = new LinkedBlockingQueue<>();
  private final WorkerSupervisor.Listener listener = new WorkerSupervisor.Listener() {
    @Override
    public void up(int worker, long pid, Ready ready) {
      said.add(new Said.Up(worker, pid));
    }

    @Override
    public void restarts(int worker, String how, Duration pause) {
      said.add(new Said.Restarts(how, pause));
    }

    @Override
    public void gaveUp(int worker, String why) {
      said.add(new Said.GaveUp(why));
    }
  };

  @Test
  void startsAllAndEndsAll() throws Exception {
    long first;
    long second;
    try (var supervisor = supervise(2, Mains.Obedient.class)) {
      var one = next(Said.Up.class);
      var other = next(Said.Up.class);
      assertThat(one.worker() + other.worker()).isEqualTo(1);
      first = supervisor.pid(0);
      second = supervisor.pid(1);
      assertThat(new long[] {one.pid(), other.pid()}).containsExactlyInAnyOrder(first, second);
    }
    assertThat(ProcessHandle.of(first)).isEmpty();
    assertThat(ProcessHandle.of(second)).isEmpty();
    assertThat(said).isEmpty();
  }

  @Test
  void startsAgainWhatWasKilledAndSaysHowItEnded() throws Exception {
    try (var supervisor = supervise(1, Mains.Obedient.class)) {
      var before = next(Said.Up.class);
      supervisor.kill(0);
      assertThat(next(Said.Restarts.class).how())
          .contains("pid " + before.pid(), "137 (killed)", "told hello");
      assertThat(next(Said.Up.class).pid()).isNotEqualTo(before.pid());
    }
  }

  @Test
  void givesUpOnOneThatFailsAgainAndAgainAfterGrowingPauses() throws Exception {
    try (var supervisor = supervise(1, Mains.Failing.class)) {
      assertThat(next(Said.Restarts.class).pause()).isZero();
      assertThat(next(Said.Restarts.class).pause()).isEqualTo(Duration.ofMillis(5));
      assertThat(next(Said.Restarts.class).pause()).isEqualTo(Duration.ofMillis(10));
      assertThat(next(Said.GaveUp.class).why())
          .contains("Worker 0 is not started again", "4 times", "exit code 3", "no luck");
      assertThat(supervisor.pid(0)).isZero();
      assertThatThrownBy(() -> supervisor.kill(0))
          .isInstanceOf(ProcessException.class)
          .hasMessageContaining("does not run");
    }
  }

  @Test
  void killsWhatDoesNotComeUp() throws Exception {
    var hasty = new WorkerSupervisor.Terms(
        RestartPolicy.NEVER, Duration.ofMillis(50), Duration.ofSeconds(1));
    try (var _ = supervise(1, Mains.Deaf.class, hasty)) {
      assertThat(next(Said.GaveUp.class).why()).contains("137 (killed)");
    }
  }

  @Test
  void waitsForWhatSaysThatItIsStarting() throws Exception {
    var terms = new WorkerSupervisor.Terms(
        RestartPolicy.NEVER, Duration.ofSeconds(12), Duration.ofSeconds(1));
    try (var _ = WorkerSupervisor.start(
        1,
        worker -> ChildPlan.of("worker " + worker, Mains.Slow.class.getName()).arguments("16"),
        terms,
        listener,
        (stream, line) -> {})) {
      assertThat(next(Said.Up.class).worker()).isZero();
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
      assertThat(next(Said.Restarts.class).how()).isEqualTo("no seed for worker 0");
    }
  }

  private WorkerSupervisor supervise(int count, Class<?> main) {
    return supervise(count, main, TERMS);
  }

  private WorkerSupervisor supervise(int count, Class<?> main, WorkerSupervisor.Terms terms) {
    return WorkerSupervisor.start(
        count,
        worker -> ChildPlan.of("worker " + worker, main.getName()).input("hello"),
        terms,
        listener,
        (stream, line) -> {});
  }

  private <T extends Said> T next(Class<T> type) throws InterruptedException {
    var next = said.poll(100, TimeUnit.SECONDS);
    assertThat(next).isInstanceOf(type);
    return type.cast(next);
  }
}
