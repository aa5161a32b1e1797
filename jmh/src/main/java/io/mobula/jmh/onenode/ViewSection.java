package io.mobula.jmh.onenode;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.jmh.measure.TimedOperation;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows for reading views of objects of all sizes, which should take the same time. They share a
 * section, so that their rounds are interleaved.
 */
final class ViewSection implements BenchmarkSection {
  private static final long SMALL = 1L << 20;
  private static final long LARGE = 100L << 20;
  private static final double FACTOR = 2;

  private final List<Long> sizes;
  private final MobulaRuntime runtime;

  private ViewSection(List<Long> sizes) {
    this.sizes = sizes;
    long all = sizes.stream().mapToLong(Long::longValue).sum();
    this.runtime =
        Mobula.init(Mobula.settings().storeCapacity(StoreSection.MIN_CAPACITY + 2 * all));
  }

  static BenchmarkSection open(List<Long> sizes) {
    return new ViewSection(sizes);
  }

  @Override
  public List<BenchmarkRow> rows() {
    Map<Long, BenchmarkRow> tensors = new HashMap<>();
    var rows = new ArrayList<BenchmarkRow>();
    for (long bytes : sizes) {
      var small = tensors.get(SMALL);
      var goal = bytes == LARGE && small != null
          ? new PerformanceGoal.MaximumTimeRatio(FACTOR, small)
          : new PerformanceGoal.None();
      var row = row("get Tensor", bytes, new RepeatedGet(() -> runtime.put(tensor(bytes))), goal);
      tensors.put(bytes, row);
      rows.add(row);
    }
    for (long bytes : sizes) {
      var get = new RepeatedGet(() -> runtime.put(tensor(bytes).asByteBuffer()));
      rows.add(row("get ByteBuffer", bytes, get, new PerformanceGoal.None()));
    }
    return rows;
  }

  private static BenchmarkRow row(
      String what, long bytes, TimedOperation ours, PerformanceGoal goal) {
    return new BenchmarkRow(what, BenchmarkRow.Quantity.TIME, bytes, ours, List.of(), goal);
  }

  private static Tensor tensor(long bytes) {
    return Tensor.allocate(DType.FLOAT64, bytes / Double.BYTES);
  }

  @Override
  public double timeShare() {
    return 0.5;
  }

  @Override
  public void close() {
    runtime.close();
  }
}
