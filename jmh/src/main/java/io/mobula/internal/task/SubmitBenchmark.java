package io.mobula.internal.task;

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

/** The way of a task: from {@code remote} to its result. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SubmitBenchmark {
  private static final int TASKS = 1_000;

  private MobulaRuntime runtime;
  private Task1<Integer, Integer> reusable;

  /** A node. */
  @Setup
  public void open() {
    runtime = Mobula.init();
    reusable = runtime.task(SubmitBenchmark::square);
  }

  /** Ends it. */
  @TearDown
  public void close() {
    runtime.close();
  }

  /** The work: next to nothing. */
  public static int square(int number) {
    return number * number;
  }

  /** One after the other. */
  @Benchmark
  public int sync() {
    return runtime.task(SubmitBenchmark::square, 7).remote().get();
  }

  /** A thousand, then their results; per task. */
  @Benchmark
  @OperationsPerInvocation(TASKS)
  public List<Integer> pipelined() {
    var refs = new ArrayList<ObjectRef<Integer>>(TASKS);
    for (int i = 0; i < TASKS; i++) {
      refs.add(runtime.task(SubmitBenchmark::square, i).remote());
    }
    return runtime.get(refs);
  }

  /** The same by the form that is made once. */
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
