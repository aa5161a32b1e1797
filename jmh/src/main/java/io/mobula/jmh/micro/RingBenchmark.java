package io.mobula.jmh.micro;

import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.ring.RingReader;
import io.mobula.internal.ring.RingWriter;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Frames through rings in shared memory without the rest of Mobula: the lower bound of a remote
 * call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {
  private static final int FRAMES = 64;

  /** Size of a frame in bytes. */
  @Param({"64", "512"})
  public int size;

  private SharedStore here;
  private SharedStore there;
  private RingWriter out;
  private RingReader back;
  private RingWriter alone;
  private RingReader aloneRead;
  private byte[] frame;
  private volatile boolean ended;
  private Thread echo;
  private int receivedBytes;

  /** Opens two stores, a ring in each direction, and a thread that echoes all frames. */
  @Setup
  public void open() {
    here = SharedStore.open(StoreOptions.ofCapacity(1 << 20));
    there = SharedStore.open(StoreOptions.ofCapacity(1 << 20));
    out = RingWriter.make(here, 1);
    alone = RingWriter.make(here, 2);
    aloneRead = RingReader.open(here.address(), 2);
    var answers = RingWriter.make(there, 1);
    var asked = RingReader.open(here.address(), 1);
    back = RingReader.open(there.address(), 1);
    frame = new byte[size];
    echo = Thread.ofPlatform().daemon().start(() -> {
      while (!ended) {
        if (asked.read(FRAMES, answers::write) == 0) {
          Thread.onSpinWait();
        }
      }
    });
  }

  /** Ends the echo thread and removes the files. */
  @TearDown
  public void close() throws InterruptedException {
    ended = true;
    echo.join();
    here.close();
    there.close();
  }

  /** Sends a frame to a spinning thread and reads the echo: two processors, no wake-up. */
  @Benchmark
  public int roundTrip() {
    receivedBytes = 0;
    out.write(frame);
    while (receivedBytes == 0) {
      back.read(FRAMES, answer -> receivedBytes += answer.length);
      Thread.onSpinWait();
    }
    return receivedBytes;
  }

  /** Writes and reads a frame in one thread: the cost of copies and bookkeeping. */
  @Benchmark
  public int writeAndRead() {
    receivedBytes = 0;
    alone.write(frame);
    aloneRead.read(FRAMES, answer -> receivedBytes += answer.length);
    return receivedBytes;
  }
}
