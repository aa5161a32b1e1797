package io.mobula.jmh.micro;

import io.mobula.placement.Resources;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Cost of describing what a task requests. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ResourcesBenchmark {
  private final Resources one = Resources.none().cpus(1).gpus(0.5).memory(1 << 20);
  private final Resources same = Resources.none().cpus(1).gpus(0.5).memory(1 << 20);

  /** Builds a request with three calls. */
  @Benchmark
  public Resources make() {
    return Resources.none().cpus(1).gpus(0.5).memory(1 << 20);
  }

  /** Compares two equal requests, as the lookup of a scheduling class does. */
  @Benchmark
  public boolean compare() {
    return one.hashCode() == same.hashCode() && one.equals(same);
  }
}
