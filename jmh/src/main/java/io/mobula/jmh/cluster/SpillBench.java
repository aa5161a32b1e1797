package io.mobula.jmh.cluster;

import io.mobula.Mobula;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.samples.ObjectSpilling;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Write and read of objects with four times the size of the store, through the disk. */
final class SpillBench {
  private static final int TIMES = 4;
  private static final int MAX_EACH = 4 << 20;

  private SpillBench() {}

  static MeasuredTable measure(ClusterBench.Request request) throws IOException {
    long total = request.bytes();
    int each = (int) Math.min(MAX_EACH, total / TIMES / 16);
    long moved = total / each * each;
    var put = MeasurementSeries.throughput("Mobula", moved);
    var get = MeasurementSeries.throughput("Mobula", moved);
    var write = MeasurementSeries.throughput("files of that size, not synced", moved);
    var read = MeasurementSeries.throughput("files", moved);
    for (int round = -1; round < request.rounds(); round++) {
      try (var disk = ScratchDirectory.onDisk();
          var runtime =
              Mobula.init(Mobula.settings().storeCapacity(total / TIMES).spillTo(disk.path()))) {
        var report = ObjectSpilling.run(runtime, total, each);
        double writing = write(disk.path(), moved, each);
        double reading = read(disk.path(), moved, each);
        if (round >= 0) {
          put.add(report.putSeconds() * 1e9);
          get.add(report.getSeconds() * 1e9);
          write.add(writing);
          read.add(reading);
        }
      }
    }
    return new MeasuredTable(
        "spill",
        QuantityFormat.size(moved) + " in objects of " + QuantityFormat.size(each)
            + ", through a store of " + QuantityFormat.size(total / TIMES) + ", to "
            + System.getProperty("java.io.tmpdir") + ".",
        List.of(
            MeasuredRow.of("put", put, write),
            MeasuredRow.of("get, in the same order", get, read)));
  }

  private static double write(Path directory, long total, int each) throws IOException {
    var buffer = ByteBuffer.allocateDirect(each);
    long start = System.nanoTime();
    for (long i = 0; i < total / each; i++) {
      try (var file = FileChannel.open(
          file(directory, i), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        buffer.clear();
        while (buffer.hasRemaining()) {
          file.write(buffer);
        }
      }
    }
    return System.nanoTime() - start;
  }

  private static double read(Path directory, long total, int each) throws IOException {
    var buffer = ByteBuffer.allocateDirect(each);
    long start = System.nanoTime();
    for (long i = 0; i < total / each; i++) {
      try (var file = FileChannel.open(file(directory, i), StandardOpenOption.READ)) {
        buffer.clear();
        while (buffer.hasRemaining()) {
          if (file.read(buffer) < 0) {
            throw new IOException("Cut: " + file(directory, i));
          }
        }
      }
    }
    double took = System.nanoTime() - start;
    for (long i = 0; i < total / each; i++) {
      Files.delete(file(directory, i));
    }
    return took;
  }

  private static Path file(Path directory, long index) {
    return directory.resolve("bare-" + index);
  }
}
