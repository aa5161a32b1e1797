package io.mobula.jmh.micro;

import io.aeron.ExclusivePublication;
import io.aeron.Subscription;
import io.mobula.internal.transfer.AeronDriver;
import io.mobula.internal.transfer.WakeableIdleStrategy;
import io.mobula.spi.TransferSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * Round trip of a frame by Aeron over UDP on loopback, with the media drivers that transfers use.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class UdpBenchmark {
  private static final String HOST = "127.0.0.1";
  private static final int SIZE = 64;
  private static final int FRAGMENTS = 16;
  private static final int TERM = 1 << 20;
  private static final long QUIET = 1_000_000;

  private final UnsafeBuffer frame = new UnsafeBuffer(new byte[SIZE]);
  private Path directory;
  private AeronDriver here;
  private AeronDriver there;
  private ExclusivePublication out;
  private Subscription back;
  private Thread echo;
  private volatile boolean ended;
  private int receivedBytes;

  /** Starts two drivers, a stream in each direction, and a thread that echoes all frames. */
  @Setup
  public void open() throws IOException {
    directory = Files.createTempDirectory("mobula-udp");
    here = start("here");
    there = start("there");
    var asked = there.listen(HOST, 1);
    back = here.listen(HOST, 2);
    out = publish(here, asked, 1);
    var answers = publish(there, back, 2);
    echo = Thread.ofPlatform().daemon().start(() -> {
      while (!ended) {
        there.aeron().conductorAgentInvoker().invoke();
        int frames = asked.poll(
            (buffer, offset, length, header) -> {
              while (answers.offer(buffer, offset, length) < 0 && !ended) {
                Thread.onSpinWait();
              }
            },
            FRAGMENTS);
        if (frames == 0) {
          Thread.onSpinWait();
        }
      }
    });
  }

  private AeronDriver start(String name) {
    var settings = new TransferSettings.AeronTransport(HOST, directory.resolve(name), 0, TERM);
    return AeronDriver.start(settings, new WakeableIdleStrategy(() -> true, () -> {}, QUIET));
  }

  private static ExclusivePublication publish(AeronDriver from, Subscription to, int stream) {
    return from.aeron()
        .addExclusivePublication(
            "aeron:udp?endpoint=" + to.resolvedEndpoint() + from.parameters(), stream);
  }

  /** Ends the thread and both drivers. */
  @TearDown
  public void close() throws InterruptedException {
    ended = true;
    echo.join();
    here.close();
    there.close();
  }

  /** Sends a frame and waits for its echo. */
  @Benchmark
  public int roundTrip() {
    receivedBytes = 0;
    while (out.offer(frame, 0, SIZE) < 0) {
      here.aeron().conductorAgentInvoker().invoke();
    }
    while (receivedBytes == 0) {
      if (back.poll((buffer, offset, length, header) -> receivedBytes += length, FRAGMENTS) == 0) {
        here.aeron().conductorAgentInvoker().invoke();
      }
    }
    return receivedBytes;
  }
}
