package io.mobula.jmh.cluster;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Tasks and actor that the benchmark runs in other processes. */
final class ClusterBenchTasks {
  private static final long HANG = 120;

  private ClusterBenchTasks() {}

  /**
   * Times that a process took to read an object.
   *
   * @param first nanoseconds until the first byte
   * @param pass nanoseconds for reading all of it
   * @param sum sum of all its longs
   */
  record ReadTimes(long first, long pass, long sum) {}

  /** Actor that counts its calls. */
  static final class Counter {
    private int count;

    int add(int number) {
      count += number;
      return count;
    }
  }

  static int square(int number) {
    return number * number;
  }

  /** Creates an object in the store, filled in place. */
  static ObjectRef<Tensor> filled(MobulaRuntime runtime, long bytes, byte value) {
    try (var room = runtime.create(bytes)) {
      room.segment().fill(value);
      return room.seal(DType.INT8, bytes);
    }
  }

  /**
   * Reads the only object of the list. The ref is in a list, since a ref passed directly would
   * arrive as its value. The task closes the ref, so that the object can be freed without a
   * collection in this process.
   */
  static ReadTimes read(List<ObjectRef<Tensor>> one) {
    long start = System.nanoTime();
    try (var ref = one.getFirst();
        var tensor = ref.get()) {
      byte first = tensor.getByte(0);
      long seen = System.nanoTime();
      long sum = sum(tensor.segment());
      return new ReadTimes(seen - start, System.nanoTime() - seen, sum + (first & 0));
    }
  }

  static long sum(MemorySegment bytes) {
    long sum = 0;
    for (long i = 0, longs = bytes.byteSize() / Long.BYTES; i < longs; i++) {
      sum += bytes.getAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, i);
    }
    return sum;
  }

  /** Gets all values, one after the other, and returns the nanoseconds that each took. */
  static double[] getEach(List<? extends ObjectRef<?>> refs) {
    var nanos = new double[refs.size()];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      Object value = refs.get(i).get();
      nanos[i] = System.nanoTime() - start;
      close(value);
      refs.get(i).close();
    }
    return nanos;
  }

  private static void close(Object value) {
    if (value instanceof Tensor tensor) {
      tensor.close();
    }
  }

  /** Runs a garbage collection in its process and returns the bytes in use afterwards. */
  static long collect() {
    System.gc();
    var runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  static byte[] bytes(int count) {
    return new byte[count];
  }

  static Tensor tensor(long bytes) {
    return Tensor.allocate(DType.INT8, bytes);
  }

  /**
   * Creates a file and hangs when it runs for the first time; when it runs again, returns the time
   * in nanoseconds since the epoch.
   */
  static long hangOnce(String file) throws Exception {
    if (Mobula.context().attempt() == 1) {
      Files.createFile(Path.of(file));
      TimeUnit.SECONDS.sleep(HANG);
      throw new IllegalStateException("Nobody killed this process within " + HANG + " s");
    }
    return epochNanos();
  }

  /** Returns the nanoseconds since the epoch, a clock that all processes of a host share. */
  static long epochNanos() {
    return Duration.between(Instant.EPOCH, Instant.now()).toNanos();
  }
}
