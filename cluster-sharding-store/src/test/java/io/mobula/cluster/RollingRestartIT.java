package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.placement.Placement;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * All nodes of a cluster are stopped and started again, one after the other, while a driver runs
 * tasks, calls actors and holds values. The full proof has {@code -Dmobula.test.rolling.rounds=10}.
 */
@Tag("long")
@Timeout(3600)
class RollingRestartIT {
  private static final int NODES = 4;
  private static final int ROUNDS = Integer.getInteger("mobula.test.rolling.rounds", 1);
  private static final int HELD = 12;
  private static final Duration LIMIT = Duration.ofMinutes(3);

  /** Values of the node that runs the task, which cannot be reconstructed. */
  record HeldValues(
      ObjectRef<double[]> large, ObjectRef<String> small, List<ObjectRef<Integer>> inside)
      implements Serializable {}

  static HeldValues put(int number) {
    return new HeldValues(
        Mobula.put(LargeValueTasks.filled(number)),
        Mobula.put("small " + number),
        List.of(Mobula.put(number), Mobula.put(number + 1)));
  }

  /** Actor that returns its argument. */
  static final class Echo {
    int echo(int number) {
      return number;
    }
  }

  @Test
  void noFutureIsLostAndNoHeldValue() throws Exception {
    var nodes = new ArrayList<NodeProcess>();
    try {
      nodes.add(NodeProcess.first(settings()).up());
      for (int i = 1; i < NODES; i++) {
        nodes.add(NodeProcess.joining(settings(), nodes.getFirst().address()));
      }
      nodes.forEach(NodeProcess::up);
      var driver = ClusterTestSupport.settings().set("mobula.cluster.join-timeout", "60s");
      try (var runtime = Mobula.connect(nodes.getFirst().address(), driver)) {
        for (int round = 1; round <= ROUNDS; round++) {
          round(round, runtime, nodes);
        }
      }
    } finally {
      nodes.forEach(NodeProcess::close);
    }
  }

  private static Settings settings() {
    return ClusterTestSupport.settings()
        .set("mobula.resources.cpus", 2)
        .set("mobula.cluster.leave-timeout", "30s");
  }

  private static void round(int round, MobulaRuntime runtime, List<NodeProcess> nodes)
      throws Exception {
    Map<Integer, HeldValues> held = new HashMap<>();
    Map<Integer, ObjectRef<double[]>> made = new HashMap<>();
    for (int i = 0; i < HELD; i++) {
      held.put(
          i,
          runtime
              .task(RollingRestartIT::put, i)
              .placement(Placement.spread())
              .remote()
              .get(LIMIT));
      made.put(
          i, runtime.task(LargeValueTasks::filled, (double) i).maxRetries(100).remote());
    }
    var work = SteadyTaskLoad.start(runtime, 4, 50, LIMIT);
    var calls = CallLoop.start(runtime);
    for (int i = 0; i < nodes.size(); i++) {
      restart(nodes, i);
      check(round, held, made);
    }
    int wrong = work.finish();
    calls.finish();
    assertThat(work.failures()).as("round %d: %d tasks", round, wrong).isEmpty();
    assertThat(work.right()).isPositive();
    System.out.println("round " + round + ": " + work.right() + " tasks and " + calls.right
        + " calls right, " + held.size() + " times 4 values and " + made.size()
        + " results held");
  }

  /** Stops a node as an operator does, and starts another one in its place. */
  private static void restart(List<NodeProcess> nodes, int which) throws Exception {
    var stopped = nodes.get(which);
    var seed = nodes.get((which + 1) % nodes.size());
    stopped.terminate();
    assertThat(stopped.awaitEnd(LIMIT)).as("exit code of %s", stopped).isIn(0, 143);
    nodes.set(which, NodeProcess.joining(settings(), seed.address()).up());
  }

  private static void check(
      int round, Map<Integer, HeldValues> held, Map<Integer, ObjectRef<double[]>> made) {
    held.forEach((number, values) -> {
      var what = "round " + round + ", value " + number;
      assertThat(values.large().get(LIMIT)).as(what).containsOnly((double) number);
      assertThat(values.small().get(LIMIT)).as(what).isEqualTo("small " + number);
      assertThat(values.inside().getFirst().get(LIMIT)).as(what).isEqualTo(number);
    });
    made.forEach((number, ref) -> assertThat(ref.get(LIMIT))
        .as("round %d, result %d", round, number)
        .containsOnly((double) number));
  }

  /** Loop of calls to an actor that may be restarted and called again. */
  private static final class CallLoop {
    private final ActorHandle<Echo> actor;
    private final Thread thread;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean enough;
    private volatile int right;

    private CallLoop(MobulaRuntime runtime) {
      actor =
          runtime.actor(Echo::new).cpus(0).maxRestarts(1000).maxCallRetries(100).remote();
      thread = Thread.ofPlatform().daemon().name("calls").start(this::go);
    }

    static CallLoop start(MobulaRuntime runtime) {
      return new CallLoop(runtime);
    }

    private void go() {
      try {
        while (!enough) {
          int told = right;
          assertThat(actor.call(Echo::echo, told).remote().get(LIMIT)).isEqualTo(told);
          right = told + 1;
        }
      } catch (Throwable lost) {
        failure.set(lost);
      }
    }

    void finish() throws InterruptedException {
      enough = true;
      assertThat(thread.join(LIMIT)).as("the last call has ended").isTrue();
      assertThat(failure.get()).as("after %d calls", right).isNull();
      assertThat(right).isPositive();
    }
  }
}
