package io.mobula.cli;

import io.mobula.ActorHandle;
import io.mobula.LocalCluster;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Hidden command {@code mobula train}: the training run from which {@code bin/mobula} makes the
 * JVM's AOT cache (JEP 514 and 515). The cache records which classes nodes and drivers load and
 * which of their methods are worth compiling.
 *
 * <p>The command runs tasks, actor calls, puts and gets between a driver and a node of this JVM and
 * a node of another JVM.
 */
@Command(
    name = "train",
    hidden = true,
    description = "Do a little of everything, for the JVM to write its AOT cache meanwhile.",
    mixinStandardHelpOptions = true)
final class AotTrainingCommand implements Callable<Integer> {
  private static final int AT_ONCE = 200;
  private static final int LARGE = 1 << 18;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "For how long (${DEFAULT-VALUE}).")
  private double seconds;

  /** Actor with small and large results. */
  static final class TrainingActor {
    private int calls;

    int next(int by) {
      calls += by;
      return calls;
    }

    double[] large(double[] same) {
      return same;
    }
  }

  @Override
  public Integer call() {
    try (var cluster = LocalCluster.builder().nodes(1).start();
        var node = Mobula.init(Mobula.settings()
            .set("mobula.cluster.listen", true)
            .set("mobula.cluster.port", 0)
            .set("mobula.cluster.seeds", cluster.nodes().getFirst().address()))) {
      long end = System.nanoTime() + Duration.ofMillis((long) (seconds * 1000)).toNanos();
      while (System.nanoTime() - end < 0) {
        runWorkload(cluster.runtime(), Placement.on(cluster.nodes().getFirst().id()));
        runWorkload(cluster.runtime(), Placement.on(node.nodeId()));
        runWorkload(node, Placement.on(node.nodeId()));
        runWorkload(cluster.runtime(), Placement.spread());
      }
    }
    return 0;
  }

  private static void runWorkload(MobulaRuntime runtime, Placement where) {
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < AT_ONCE; i++) {
      refs.add(runtime.task((Integer x) -> x + 1, i).placement(where).remote());
    }
    var first = runtime.wait(refs, AT_ONCE / 2, Duration.ofSeconds(10));
    runtime.get(first.ready());
    runtime.get(refs);
    refs.forEach(ObjectRef::close);
    var actor = runtime.actor(TrainingActor::new).cpus(0).placement(where).remote();
    call(runtime, actor);
    share(runtime, actor, where);
    actor.kill();
  }

  private static void call(MobulaRuntime runtime, ActorHandle<TrainingActor> actor) {
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < AT_ONCE; i++) {
      refs.add(actor.call(TrainingActor::next, i).remote());
    }
    runtime.get(refs);
    refs.forEach(ObjectRef::close);
    for (int i = 0; i < AT_ONCE; i++) {
      try (var one = actor.call(TrainingActor::next, 1).remote()) {
        one.get();
      }
    }
  }

  private static void share(
      MobulaRuntime runtime, ActorHandle<TrainingActor> actor, Placement where) {
    for (int size : List.of(4, AT_ONCE, LARGE)) {
      try (var put = runtime.put(new double[size]);
          var there = actor.call(TrainingActor::large, put).remote();
          var sum =
              runtime.task((double[] of) -> of.length, there).placement(where).remote()) {
        require(there.get().length == size && sum.get() == size);
      }
    }
    var failing = runtime.task(Integer::parseInt, "none").placement(where).remote();
    try {
      failing.get();
      require(false);
    } catch (TaskFailedException expected) {
      require(expected.getCause() instanceof NumberFormatException);
    }
  }

  private static void require(boolean holds) {
    if (!holds) {
      throw new IllegalStateException("What was computed is wrong");
    }
  }
}
