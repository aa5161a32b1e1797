package io.mobula.jmh.micro;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Task1;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Time of a task from {@code remote} to its result. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SubmitBenchmark {
  private static final int TASKS = 1_000;

  private MobulaRuntime runtime;
  private Task1<Integer, Integer> reusable;

  /** Opens a single node. */
  @Setup
  public void open() {
    runtime = Mobula.init();
    reusable = runtime.task(SubmitBenchmark::square);
  }

  /** Closes the node again. */
  @TearDown
  public void close() {
    runtime.close();
  }

  /** Squares a number: next to no work. */
  public static int square(int number) {
    return number * number;
  }

  /** Runs one task after the other. */
  @Benchmark
  public int sync() {
    return runtime.task(SubmitBenchmark::square, 7).remote().get();
  }

  /** Submits a thousand tasks, then gets their results; the time is per task. */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public List<Integer> pipelined() {
    var refs = new ArrayList<ObjectRef<Integer>>(TASKS);
    for (int i = 0; i < TASKS; i++) {
      refs.add(runtime.task(SubmitBenchmark::square, i).remote());
    }
    return runtime.get(refs);
  }

  /** Submits a thousand tasks through a reusable task handle, then gets their results. */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public List<Integer> pipelinedReusable() {
    var refs = new ArrayList<ObjectRef<Integer>>(TASKS);
    for (int i = 0; i < TASKS; i++) {
      refs.add(reusable.remote(i));
    }
    return runtime.get(refs);
  }
}
