package io.mobula.samples;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Sample of object spilling: writes and reads back four times as many bytes as the object store
 * holds.
 */
public final class ObjectSpilling {
  private ObjectSpilling() {}

  /**
   * Measured bytes and times.
   *
   * @param bytes bytes put, and then read
   * @param spilledBytes bytes on disk after the last put
   * @param putSeconds time of all puts
   * @param getSeconds time of reading all bytes in the order they were put
   */
  public record Report(long bytes, long spilledBytes, double putSeconds, double getSeconds) {
    /** Returns the bytes per second of the puts. */
    public double putRate() {
      return bytes / putSeconds;
    }

    /** Returns the bytes per second of the reads. */
    public double getRate() {
      return bytes / getSeconds;
    }
  }

  /**
   * Puts tensors of {@code each} bytes, {@code total} bytes together, reads them and checks their
   * sums.
   *
   * @throws IllegalStateException if a tensor differs from what was put
   */
  public static Report run(MobulaRuntime runtime, long total, int each) {
    var refs = new ArrayList<ObjectRef<Tensor>>();
    long start = System.nanoTime();
    for (long i = 0; i < total / each; i++) {
      refs.add(filled(runtime, i, each));
    }
    long written = System.nanoTime();
    long spilled = runtime.storeUsage().spilledBytes();
    check(refs, each);
    double read = seconds(written);
    refs.forEach(ObjectRef::close);
    return new Report((long) refs.size() * each, spilled, (written - start) / 1e9, read);
  }

  private static ObjectRef<Tensor> filled(MobulaRuntime runtime, long value, int bytes) {
    try (var room = runtime.create(bytes)) {
      room.segment().fill((byte) value);
      return room.seal(DType.INT8, bytes);
    }
  }

  private static void check(List<ObjectRef<Tensor>> refs, int each) {
    for (int i = 0; i < refs.size(); i++) {
      try (Tensor tensor = refs.get(i).get()) {
        long sum = 0;
        for (int at = 0; at < each; at += 4096) {
          sum += tensor.getByte(at);
        }
        long wanted = (long) ((each + 4095) / 4096) * (byte) i;
        if (sum != wanted) {
          throw new IllegalStateException("Tensor " + i + " sums up to " + sum + ", not " + wanted);
        }
      }
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }

  /**
   * Runs the sample; the arguments are the store's capacity in MiB and the directories to spill to.
   */
  public static void main(String[] args) {
    long capacity = (args.length > 0 ? Long.parseLong(args[0]) : 256) << 20;
    Path[] directories = args.length > 1
        ? List.of(args).subList(1, args.length).stream().map(Path::of).toArray(Path[]::new)
        : new Path[] {Path.of(System.getProperty("java.io.tmpdir"))};
    var settings = Mobula.settings().storeCapacity(capacity).spillTo(directories);
    try (MobulaRuntime runtime = Mobula.init(settings)) {
      var report = run(runtime, 4 * capacity, 4 << 20);
      System.out.printf(
          Locale.ROOT,
          "%d MiB put at %.0f MB/s, %d MiB of them spilled, read back at %.0f MB/s%n",
          report.bytes() >> 20,
          report.putRate() / 1e6,
          report.spilledBytes() >> 20,
          report.getRate() / 1e6);
    }
  }
}
