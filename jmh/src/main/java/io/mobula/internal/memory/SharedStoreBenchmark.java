package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Objects, pins and views in shared memory, with nothing copied. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SharedStoreBenchmark {
  private static final long CAPACITY = 64L << 20;
  private static final long OBJECT = 4096;

  private SharedStore store;
  private SealedObject object;

  /** A store with one sealed object. */
  @Setup
  public void open() {
    store = SharedStore.open(StoreOptions.ofCapacity(CAPACITY));
    object = store.create(OBJECT).seal();
  }

  /** Removes the store's files. */
  @TearDown
  public void close() {
    store.close();
  }

  /** The life of an object: slot, block, seal, free. */
  @Benchmark
  public long createSealFree() {
    var sealed = store.create(OBJECT).seal();
    sealed.free();
    return sealed.generation();
  }

  /** A pin taken and given back: the first and last of this process. */
  @Benchmark
  public long pinAndUnpin() {
    return object.read(MemorySegment::byteSize);
  }

  /** A view, whose pin goes back when the collector finds it. */
  @Benchmark
  public MemorySegment view() {
    return object.view();
  }
}
