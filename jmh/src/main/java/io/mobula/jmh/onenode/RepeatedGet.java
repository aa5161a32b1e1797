package io.mobula.jmh.onenode;

import io.mobula.ObjectRef;
import io.mobula.jmh.measure.TimedOperation;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Repeated get of one object, which is put before the first get. */
final class RepeatedGet implements TimedOperation {
  private final Supplier<ObjectRef<?>> put;
  private @Nullable TimedOperation reading;

  RepeatedGet(Supplier<ObjectRef<?>> put) {
    this.put = put;
  }

  @Override
  public String name() {
    return "get";
  }

  @Override
  public double nanosPerOperation(long sliceNanos) throws Exception {
    var present = reading;
    if (present == null) {
      var ref = put.get();
      present = TimedOperation.repeating(name(), 1, ref::get);
      reading = present;
    }
    return present.nanosPerOperation(sliceNanos);
  }
}
