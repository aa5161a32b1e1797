package io.mobula.internal.ring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreAddress;
import io.mobula.internal.memory.StoreOptions;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Frames through a ring with both ends in one process. */
@Timeout(60)
class RingTest {
  private static final int MANY = 1_000;

  @TempDir
  Path base;

  private SharedStore store;
  private RingWriter out;
  private RingReader in;
  private final List<byte[]> read = new ArrayList<>();

  @BeforeEach
  void open() {
    store = SharedStore.open(new StoreOptions(base, 1 << 20, 1 << 16, false));
    out = RingWriter.make(store, 7);
    in = RingReader.open(store.address(), 7);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static byte[] frame(int number, int length) {
    var frame = new byte[length];
    new Random(number).nextBytes(frame);
    return frame;
  }

  @Test
  void framesOfAnySizeComeWholeAndInOrderHoweverFullItIs() {
    long seed = System.nanoTime();
    System.out.println("RingTest seed " + seed);
    var random = new Random(seed);
    Queue<byte[]> sent = new ArrayDeque<>();
    byte[] refused = null;
    int compared = 0;
    for (int i = 0; i < 20_000; i++) {
      var frame = refused != null
          ? refused
          : frame(i, random.nextInt(20) == 0 ? random.nextInt(500_000) : random.nextInt(300));
      refused = out.write(frame) ? null : frame;
      if (refused == null) {
        sent.add(frame);
      }
      if (refused != null || random.nextInt(100) == 0) {
        in.read(1 + random.nextInt(MANY), read::add);
        for (var got : read) {
          assertThat(got).isEqualTo(sent.isEmpty() ? refused : sent.remove());
          compared++;
        }
        read.clear();
      }
    }
    assertThat(compared).isGreaterThan(1_000);
  }

  @Test
  void oneReadingTakesAllThatIsThereThoughTheRingBeginsAnew() {
    for (int round = 0; round < 100; round++) {
      int written = 0;
      while (written < 200 && out.write(frame(written, 500 + round))) {
        written++;
      }
      assertThat(in.read(MANY, read::add)).isEqualTo(written).isPositive();
      assertThat(out.isDrained()).isTrue();
    }
  }

  @Test
  void aFullRingRefusesAndLosesNothing() {
    int written = 0;
    while (out.write(frame(written, 1_000))) {
      written++;
    }
    assertThat(out.write(frame(written, 1_000))).isFalse();
    in.read(MANY, read::add);
    assertThat(out.write(frame(written, 1_000))).isTrue();
    in.read(MANY, read::add);
    assertThat(read).hasSize(written + 1);
    for (int i = 0; i <= written; i++) {
      assertThat(read.get(i)).isEqualTo(frame(i, 1_000));
    }
  }

  @Test
  void whatWasWrittenIsReadAfterTheWriterHasGone() {
    out.write(frame(1, 10));
    out.close();
    store.close();
    in.read(MANY, read::add);
    assertThat(read).containsExactly(frame(1, 10));
  }

  @Test
  void aRingOfAnotherStoreIsRefused() {
    var address = store.address();
    var other = new StoreAddress(address.directory(), address.idHigh(), address.idLow() + 1);
    assertThatThrownBy(() -> RingReader.open(other, 7))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("belongs to another store");
    assertThatThrownBy(() -> RingReader.open(address, 8))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("ring-8");
  }

  @Test
  void aRingThatWasCutIsRefused() throws IOException {
    var path = store.directory().resolve("ring-7");
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(file.length() - 4096);
    }
    assertThatThrownBy(() -> RingReader.open(store.address(), 7))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("truncated");
  }

  @Test
  void itsFileIsItsOwnersAlone() throws IOException {
    assertThat(Files.getPosixFilePermissions(store.directory().resolve("ring-7")))
        .extracting(Enum::name)
        .containsExactlyInAnyOrder("OWNER_READ", "OWNER_WRITE");
  }
}
