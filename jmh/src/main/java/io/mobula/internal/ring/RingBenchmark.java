package io.mobula.internal.ring;

import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
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
 * Frames through rings in shared memory, with nothing of Mobula around them: the bound of a call.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RingBenchmark {
  private static final int FRAMES = 64;

  /** Bytes of a frame. */
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

  /** Two stores, a ring each way, and a thread that sends back what comes. */
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

  /** Ends the thread and removes the files. */
  @TearDown
  public void close() throws InterruptedException {
    ended = true;
    echo.join();
    here.close();
    there.close();
  }

  /** To a thread that spins, and back: two processors, no wake-up. */
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

  /** Written and read by one thread: the copies and the bookkeeping. */
  @Benchmark
  public int writeAndRead() {
    receivedBytes = 0;
    alone.write(frame);
    aloneRead.read(FRAMES, answer -> receivedBytes += answer.length);
    return receivedBytes;
  }
}
