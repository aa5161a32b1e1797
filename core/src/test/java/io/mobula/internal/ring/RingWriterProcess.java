package io.mobula.internal.ring;

import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreAddress;
import io.mobula.internal.memory.StoreOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.util.Random;

/**
 * Process that writes numbered frames into a ring as fast as it can, and records after each how
 * many it has committed.
 */
final class RingWriterProcess {
  /** Name of the file with the number of committed frames. */
  static final String NOTED = "noted";

  private RingWriterProcess() {}

  /**
   * Runs the process that writes. Arguments: base directory, the reader's store, index of the ring
   * in its doorbell, directory for the count.
   */
  public static void main(String[] args) throws IOException {
    var reader = new StoreAddress(args[1], Long.parseLong(args[2]), Long.parseLong(args[3]));
    int place = Integer.parseInt(args[4]);
    try (var noted = new RandomAccessFile(args[5], "rw")) {
      var count = noted.getChannel().map(MapMode.READ_WRITE, 0, Long.BYTES);
      var store = SharedStore.open(new StoreOptions(Path.of(args[0]), 1 << 20, 1 << 16, false));
      var address = store.address();
      var ring = RingWriter.make(store, 1);
      System.out.println(
          ">" + address.directory() + " " + address.idHigh() + " " + address.idLow());
      System.in.read();
      write(ring, Doorbell.of(reader), place, count);
    }
  }

  private static void write(RingWriter ring, Doorbell doorbell, int place, ByteBuffer count) {
    var random = new Random();
    for (long number = 1; ; number++) {
      int length = random.nextInt(50) == 0 ? random.nextInt(100_000) : random.nextInt(200);
      var frame = ByteBuffer.allocate(Long.BYTES + length).putLong(number).array();
      while (!ring.write(frame)) {
        doorbell.signal(place);
        Thread.onSpinWait();
      }
      doorbell.signal(place);
      count.putLong(0, number);
    }
  }
}
