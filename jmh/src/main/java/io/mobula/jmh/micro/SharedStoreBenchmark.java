package io.mobula.jmh.micro;

import io.mobula.internal.memory.SealedObject;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
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

/** Objects, pins and views in shared memory, without copying any bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SharedStoreBenchmark {
  private static final long CAPACITY = 64L << 20;
  private static final long OBJECT = 4096;

  private SharedStore store;
  private SealedObject object;

  /** Opens a store with one sealed object. */
  @Setup
  public void open() {
    store = SharedStore.open(StoreOptions.ofCapacity(CAPACITY));
    object = store.create(OBJECT).seal();
  }

  /** Closes the store, which removes its files. */
  @TearDown
  public void close() {
    store.close();
  }

  /** Runs an object's life cycle: table slot, block, seal, free. */
  @Benchmark
  public long createSealFree() {
    var sealed = store.create(OBJECT).seal();
    sealed.free();
    return sealed.generation();
  }

  /** Takes a pin and gives it back; it is both the first and the last pin of this process. */
  @Benchmark
  public long pinAndUnpin() {
    return object.read(MemorySegment::byteSize);
  }

  /** Creates a view, whose pin goes back when the collector finds the view unreachable. */
  @Benchmark
  public MemorySegment view() {
    return object.view();
  }
}
