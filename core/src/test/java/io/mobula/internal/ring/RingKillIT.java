package io.mobula.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.memory.PeerProcessClient;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreAddress;
import io.mobula.internal.memory.StoreOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Rings whose writers are stopped and killed at random points: no committed frame is lost, neither
 * theirs nor those of other writers. For a longer run: {@code -Dmobula.stress.seconds=300}.
 */
class RingKillIT {
  private static final int WRITERS = 3;
  private static final Duration LONG = Duration.ofSeconds(Long.getLong("mobula.stress.seconds", 8));

  @TempDir
  Path base;

  private SharedStore store;
  private Doorbell doorbell;
  private final Random random = new Random();
  private int started;

  /** Writing process, as the reader sees it. */
  private final class Writer implements AutoCloseable {
    private final int place;
    private final Path noted;
    private final PeerProcessClient process;
    private final RingReader ring;
    private long last;

    Writer(int place) {
      this.place = place;
      this.noted = base.resolve(RingWriterProcess.NOTED + started++);
      var mine = store.address();
      this.process = new PeerProcessClient(
          RingWriterProcess.class,
          line -> {},
          base.toString(),
          mine.directory(),
          String.valueOf(mine.idHigh()),
          String.valueOf(mine.idLow()),
          String.valueOf(place),
          noted.toString());
      var words = process.answer().split(" ");
      this.ring = RingReader.open(
          new StoreAddress(words[0], Long.parseLong(words[1]), Long.parseLong(words[2])), 1);
      process.say("go");
    }

    int read() {
      return ring.read(256, frame -> {
        long number = ByteBuffer.wrap(frame).getLong();
        assertThat(number).as("frames of writer %d", place).isEqualTo(last + 1);
        last = number;
      });
    }

    /** Kills the process, and reads to the end of what it has committed. */
    @Override
    public void close() {
      process.signal("KILL");
      process.awaitEnd();
      while (read() > 0) {
        // there is more to read
      }
      assertThat(last).isGreaterThanOrEqualTo(committed());
      process.close();
    }

    private long committed() {
      try {
        return ByteBuffer.wrap(Files.readAllBytes(noted)).getLong();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void whatWasCommittedIsReadWhateverBecomesOfItsWriter() {
    store = SharedStore.open(new StoreOptions(base, 1 << 20, 1 << 16, false));
    doorbell = Doorbell.make(store);
    List<Writer> writers = new ArrayList<>();
    for (int place = 0; place < WRITERS; place++) {
      writers.add(new Writer(place));
    }
    int killed = 0;
    long end = System.nanoTime() + LONG.toNanos();
    while (System.nanoTime() - end < 0 || killed < WRITERS) {
      readFor(writers, Duration.ofMillis(random.nextInt(300)));
      int victim = random.nextInt(WRITERS);
      var writer = writers.get(victim);
      if (random.nextInt(3) > 0) {
        writer.process.signal("STOP");
        readFor(writers, Duration.ofMillis(random.nextInt(100)));
        writer.process.signal("CONT");
      } else {
        writer.close();
        writers.set(victim, new Writer(victim));
        killed++;
      }
    }
    long all = writers.stream().mapToLong(writer -> writer.last).sum();
    System.out.println("RingKillIT: " + killed + " writers killed, the present ones wrote " + all);
    writers.forEach(Writer::close);
    store.close();
  }

  private void readFor(List<Writer> writers, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() - end < 0) {
      doorbell.takeReady(place -> {
        if (writers.get(place).read() > 0) {
          doorbell.markReady(place);
        }
      });
      doorbell.sleep(1_000_000, () -> false);
    }
  }
}
