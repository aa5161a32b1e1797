package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.error.ActorNameException;
import io.mobula.testkit.fault.DriverProgram;
import io.mobula.testkit.fault.Fault;
import io.mobula.testkit.fault.FaultPlan;
import io.mobula.testkit.fault.FaultTestCluster;
import io.mobula.testkit.fault.History;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A driver that is killed again and again leaves nothing behind, and another driver notices
 * nothing.
 */
@Tag("long")
class KilledDriverIT {
  private static final int HELD = 5;
  private static final Duration LIMIT = Duration.ofMinutes(1);

  @TempDir
  Path folder;

  /** Program that has a value made, keeps a named actor, and says so in a file of its process. */
  public static final class Program implements DriverProgram {
    @Override
    public void run(MobulaRuntime runtime, List<String> arguments) throws Exception {
      long end = System.nanoTime() + LIMIT.toNanos();
      var counter = counter(runtime, end);
      var made = new ArrayDeque<ObjectRef<double[]>>();
      while (!runtime.isClosed() && System.nanoTime() - end < 0) {
        made.add(runtime.task(LargeValueTasks::filled, 8.0).remote());
        made.getLast().get(LIMIT);
        if (made.size() > HELD) {
          made.removeFirst().close();
        }
        if (counter.call(Counter::next).remote().get(LIMIT) == HELD) {
          Files.createFile(Path.of(
              arguments.getFirst(), Long.toString(ProcessHandle.current().pid())));
        }
      }
    }

    /**
     * Makes the actor as soon as that of the previous process, which has the same name, is gone.
     */
    private static ActorHandle<Counter> counter(MobulaRuntime runtime, long end)
        throws InterruptedException {
      while (true) {
        try {
          return runtime.actor(Counter::new).name("counted").remote();
        } catch (ActorNameException taken) {
          if (System.nanoTime() - end > 0) {
            throw taken;
          }
          TimeUnit.MILLISECONDS.sleep(50);
        }
      }
    }
  }

  /** Actor that counts its calls. */
  static final class Counter {
    private long calls;

    long next() {
      return ++calls;
    }
  }

  @Test
  void nothingOfItIsLeft() throws Exception {
    var worked = Files.createDirectory(folder.resolve("worked"));
    var plan = FaultPlan.builder()
        .nodes(3)
        .length(Duration.ofSeconds(40))
        .only()
        .add(Duration.ofSeconds(8), 0, new Fault.KillDriver())
        .add(Duration.ofSeconds(20), 0, new Fault.KillDriver())
        .add(Duration.ofSeconds(32), 0, new Fault.KillDriver())
        .build();
    try (var cluster = FaultTestCluster.builder(folder)
            .nodes(3)
            .killedDriver(Program.class, worked.toString())
            .start();
        var history = History.in(folder.resolve("history"));
        var faults = cluster.inject(plan, history)) {
      var runtime = cluster.runtime();
      for (int i = 0; i < 100; i++) {
        try (var ref = runtime.task(LargeValueTasks::filled, i * 1.0).remote()) {
          assertThat(ref.get(LIMIT)).contains(i * 1.0);
        }
      }
      faults.await();
      assertThat(faults.violations()).isEmpty();
      assertThat(faults.kills()).isEqualTo(3);
      assertThat(cluster.endDrivers()).isEmpty();
      assertThat(cluster.awaitIdle(LIMIT)).isEmpty();
      assertThatThrownBy(() -> runtime.actorNamed("counted", Counter.class))
          .isInstanceOf(ActorNameException.class);
      try (var processes = Files.list(worked)) {
        assertThat(processes).as("processes that came to work").hasSizeGreaterThan(1);
      }
      faults.stop();
      assertThat(cluster.leave()).isEmpty();
    }
  }
}
