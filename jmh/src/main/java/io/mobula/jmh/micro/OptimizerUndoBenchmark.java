package io.mobula.jmh.micro;

import io.mobula.ps.internal.kernel.DenseKernel;
import io.mobula.ps.internal.kernel.Gradient;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.ps.optimizer.Optimizer;
import io.mobula.ps.optimizer.OptimizerStep;
import io.mobula.ps.optimizer.Optimizers;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Update of a shard of a dense table, as for one of Mobula's optimizers, and with the copy of
 * weights and state from which the update of a user's optimizer is undone if it fails. The same
 * optimizer does both, so that the copy is the only difference.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class OptimizerUndoBenchmark {

  /** Number of floats that a push updates. */
  @Param({"1024", "65536", "1048576"})
  public int count;

  /** Optimizer with one state vector, or with two. */
  @Param({"momentum", "adam"})
  public String optimizer;

  private DenseKernel kernel;
  private MemorySegment weights;
  private List<Gradient> gradients;
  private long number;

  /** Allocates weights, state and a gradient. */
  @Setup
  public void allocate() {
    kernel = DenseKernel.of(NumberType.FLOAT, chosen(), Double.POSITIVE_INFINITY, count);
    weights = DenseKernel.zeros(NumberType.FLOAT, count);
    var numbers = DenseKernel.zeros(NumberType.FLOAT, count);
    for (int i = 0; i < count; i++) {
      numbers.setAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i, 1e-6f);
    }
    gradients = List.of(new Gradient(numbers, 0, count, 1));
  }

  private Optimizer chosen() {
    return optimizer.equals("momentum") ? Optimizers.momentum(0.01, 0.9) : Optimizers.adam(0.001);
  }

  private OptimizerStep next() {
    return new OptimizerStep(++number, 0.001);
  }

  /** Updates without a copy. */
  @Benchmark
  public MemorySegment update() {
    kernel.update(next(), weights, weights, gradients, 1, 0, count);
    return weights;
  }

  /** Copies weights and state, then updates. */
  @Benchmark
  public MemorySegment copyAndUpdate() {
    kernel.updateOrRestore(next(), weights, weights, gradients, 1, 0, count);
    return weights;
  }
}
