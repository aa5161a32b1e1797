package io.mobula;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What it costs to say what a task asks for. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ResourcesBenchmark {
  private final Resources one = Resources.none().cpus(1).gpus(0.5).memory(1 << 20);
  private final Resources same = Resources.none().cpus(1).gpus(0.5).memory(1 << 20);

  /** Three verbs. */
  @Benchmark
  public Resources make() {
    return Resources.none().cpus(1).gpus(0.5).memory(1 << 20);
  }

  /** What a scheduling class is found by. */
  @Benchmark
  public boolean compare() {
    return one.hashCode() == same.hashCode() && one.equals(same);
  }
}
