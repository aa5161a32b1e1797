package io.mobula.jmh.micro;

import io.mobula.internal.ledger.ResourceBalance;
import io.mobula.placement.Resources;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Arithmetic of one grant of a lease. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ResourceBalanceBenchmark {
  private final ResourceBalance balance =
      new ResourceBalance(Resources.none().cpus(64).gpus(8).memory(1L << 36).resource("Custom", 3));
  private final Resources fits = Resources.none().cpus(1).gpus(0.5);
  private final Resources tooMuch = Resources.none().cpus(65).resource("Absent", 1);

  /** Takes the resources of a lease and puts them back. */
  @Benchmark
  public long takeAndPutBack() {
    balance.putBack(fits, balance.take(fits));
    return balance.freeUnits(Resources.CPU);
  }

  /** Finds the resources for which a request has to wait. */
  @Benchmark
  public Set<String> lacking() {
    return balance.lacking(tooMuch);
  }
}
