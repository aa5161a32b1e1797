package io.mobula.jmh.onenode;

import io.mobula.Mobula;
import io.mobula.Settings;
import io.mobula.jmh.measure.TimedOperation;

/** First put into a new store, which has to allocate its memory. One operation per slice. */
record FirstPut(Settings settings, Object value) implements TimedOperation {
  @Override
  public String name() {
    return "first put";
  }

  @Override
  public double nanosPerOperation(long sliceNanos) {
    try (var runtime = Mobula.init(settings)) {
      long start = System.nanoTime();
      var ref = runtime.put(value);
      long elapsed = System.nanoTime() - start;
      ref.close();
      return elapsed;
    }
  }
}
