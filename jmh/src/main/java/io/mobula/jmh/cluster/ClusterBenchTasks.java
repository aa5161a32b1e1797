package io.mobula.jmh.cluster;

import io.mobula.DType;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the other processes do: the bench's tasks and its actor. */
final class ClusterBenchTasks {
  private static final long HANG = 120;

  private ClusterBenchTasks() {}

  /**
   * What it took a process to read an object.
   *
   * @param first nanoseconds until the first byte
   * @param pass nanoseconds of reading all of it
   * @param sum of all its longs
   */
  record ReadTimes(long first, long pass, long sum) {}

  /** A count. */
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

  /** An object in the store, filled in place. */
  static ObjectRef<Tensor> filled(MobulaRuntime runtime, long bytes, byte value) {
    try (var room = runtime.create(bytes)) {
      room.segment().fill(value);
      return room.seal(DType.INT8, bytes);
    }
  }

  /**
   * Reads the one object of the list; a list, since a ref by itself would come as its value. Closes
   * the ref: what it names is free without waiting for a collection here.
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

  /** Gets each, one after the other. */
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

  /** Collects the garbage of its process; tells how many bytes are in use then. */
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
   * Makes a file and hangs when it runs for the first time; tells the time, in nanoseconds since
   * the epoch, when it runs again.
   */
  static long hangOnce(String file) throws Exception {
    if (Mobula.context().attempt() == 1) {
      Files.createFile(Path.of(file));
      TimeUnit.SECONDS.sleep(HANG);
      throw new IllegalStateException("Nobody killed this process within " + HANG + " s");
    }
    return epochNanos();
  }

  /** Nanoseconds since the epoch: what processes of one host agree on. */
  static long epochNanos() {
    return Duration.between(Instant.EPOCH, Instant.now()).toNanos();
  }
}
