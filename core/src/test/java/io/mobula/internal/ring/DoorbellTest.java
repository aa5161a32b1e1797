package io.mobula.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Wake-ups of a ring reader by the doorbell: none is missed. */
@Timeout(60)
class DoorbellTest {
  private static final int WRITERS = 3;
  private static final int FRAMES = 3_000;
  private static final long FOREVER = TimeUnit.SECONDS.toNanos(30);

  @TempDir
  Path base;

  private SharedStore store;
  private Doorbell doorbell;

  @BeforeEach
  void open() {
    store = SharedStore.open(new StoreOptions(base, 1 << 20, 1 << 16, false));
    doorbell = Doorbell.make(store);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /**
   * The reader would sleep for half a minute, so a missed wake-up fails the test by its timeout.
   */
  @Test
  void whoeverWritesWakesTheReader() throws Exception {
    var writers = new ArrayList<Thread>();
    var rings = new ArrayList<RingReader>();
    for (int i = 0; i < WRITERS; i++) {
      int number = i * 65; // bits in different words
      var ring = RingWriter.make(store, number);
      rings.add(RingReader.open(store.address(), number));
      writers.add(Thread.ofPlatform().start(() -> write(ring, number)));
    }
    int[] next = new int[WRITERS];
    int read = 0;
    while (read < WRITERS * FRAMES) {
      int before = read;
      var found = new int[1];
      doorbell.takeReady(number -> {
        int writer = number / 65;
        rings.get(writer).read(Integer.MAX_VALUE, frame -> {
          assertThat(frame).hasSize(next[writer]++ % 100);
          found[0]++;
        });
      });
      read += found[0];
      if (read == before) {
        assertThat(doorbell.sleep(FOREVER, () -> false)).as("it was woken").isTrue();
      }
    }
    for (var writer : writers) {
      writer.join();
    }
  }

  private void write(RingWriter ring, int number) {
    var theirs = Doorbell.of(store.address());
    var random = new Random(number);
    for (int i = 0; i < FRAMES; i++) {
      var frame = new byte[i % 100];
      while (!ring.write(frame)) {
        Thread.onSpinWait();
      }
      theirs.signal(number);
      if (random.nextInt(4) == 0) {
        LockSupport.parkNanos(random.nextInt(50_000));
      }
    }
  }

  @Test
  void itDoesNotSleepWhileThereIsSomething() {
    doorbell.markReady(1_023);
    assertThat(doorbell.sleep(FOREVER, () -> false)).isTrue();
    var taken = new ArrayList<Integer>();
    doorbell.takeReady(taken::add);
    assertThat(taken).containsExactly(1_023);
    assertThat(doorbell.sleep(FOREVER, () -> true)).isTrue();
  }

  /**
   * A writer that has ended the previous sleep may change the word, and wake the reader, during the
   * next one.
   */
  @Test
  void aSleepThatEndsEarlyHasMissedNothing() {
    assertThat(doorbell.sleep(FOREVER, () -> {
          doorbell.wake();
          assertThatThrownBy(() -> doorbell.sleep(FOREVER, () -> {
                throw new IllegalStateException("with the word that says that it sleeps");
              }))
              .isInstanceOf(IllegalStateException.class);
          doorbell.markReady(7);
          return false;
        }))
        .isTrue();
  }

  @Test
  void itIsWokenForWhatHasNoRing() throws Exception {
    var more = new AtomicBoolean();
    var reader = Thread.ofPlatform().start(() -> {
      while (!more.get()) {
        doorbell.sleep(FOREVER, more::get);
      }
    });
    more.set(true);
    doorbell.wake();
    reader.join();
  }
}
