package io.mobula.internal.memory;

import static io.mobula.internal.memory.PeerProcess.checked;
import static io.mobula.internal.memory.PeerProcess.filled;
import static io.mobula.internal.memory.PeerProcess.objectAddress;
import static io.mobula.internal.memory.PeerProcess.storeAddress;
import static io.mobula.internal.memory.PeerProcess.written;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import io.mobula.testkit.PollingAssert;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Test of owner and reader in two processes, of which one is killed or stopped. */
@DisabledOnOs(OS.WINDOWS)
class PeerProcessTest {
  private static final Consumer<String> NOBODY_LISTENS = line -> {};

  @TempDir
  Path base;

  private SharedStore store;

  @BeforeEach
  void open() {
    store = SharedStore.open(
        new StoreOptions(base, 4 << 20, 1 << 18, true), new StoreLayout(10, Integer.MAX_VALUE));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private PeerProcessClient reader(int row, Consumer<String> aside) {
    PeerProcessClient child = new PeerProcessClient(PeerProcess.class, aside, base.toString());
    assertThat(child.ask("attach " + written(store.address()) + " " + row)).isEqualTo("here");
    return child;
  }

  /** Blocks are reused at once, so memory that is reclaimed too early changes under a reader. */
  @Test
  void readersInOtherProcessesNeverSeeBytesChange() throws Exception {
    long seed = System.nanoTime();
    System.out.println("PeerProcessTest seed " + seed);
    AtomicLong nudges = new AtomicLong();
    Consumer<String> nudge = line -> {
      store.nudge(Long.parseLong(line));
      nudges.incrementAndGet();
    };
    try (PeerProcessClient one = reader(store.offerRow(), nudge);
        PeerProcessClient two = reader(store.offerRow(), nudge)) {
      List<SealedObject> live = new ArrayList<>(List.of(filled(store, 8, seed)));
      one.say("stress 3000 " + seed);
      two.say("stress 3000 " + (seed + 1));
      freeAndMake(live, new Random(seed), Duration.ofMillis(3_500));
      assertThat(one.answer()).matches("read [1-9]\\d* refused \\d+");
      assertThat(two.answer()).matches("read [1-9]\\d* refused \\d+");
      assertThat(nudges).hasPositiveValue();
      live.forEach(SealedObject::free);
      PollingAssert.spinUntil("the owner has its memory back", () -> {
        one.ask("drop");
        two.ask("drop");
        return store.usedBytes() == 0;
      });
      assertThat(store.objectCount()).isZero();
    }
  }

  private void freeAndMake(List<SealedObject> live, Random random, Duration time) {
    for (long end = System.nanoTime() + time.toNanos(); System.nanoTime() - end < 0; ) {
      try {
        live.add(filled(
            store, 1 + random.nextInt(random.nextInt(20) == 0 ? 8_000 : 200), random.nextLong()));
      } catch (StoreFullException readersHaveIt) {
        Thread.onSpinWait();
      }
      while (live.size() > 30) {
        live.remove(random.nextInt(live.size())).free();
      }
    }
  }

  @Test
  void aKilledReadersPinsAreTakenBackAndItsRowIsUsedAgain() throws Exception {
    int row = store.offerRow();
    SealedObject object = filled(store, 1_000, 3);
    try (PeerProcessClient reader = reader(row, NOBODY_LISTENS)) {
      assertThat(reader.ask("view " + written(object.address()))).isEqualTo("viewed");
      object.free();
      assertThat(store.reclaimReaderRow(row)).isFalse();
      assertThat(store.usedBytes()).isPositive();
      reader.signal("KILL");
      PollingAssert.spinUntil("the pins of the dead reader are gone", () -> store.usedBytes() == 0);
    }
    assertThat(store.objectCount()).isZero();
    assertThat(store.offerRow()).isEqualTo(row);
    reader(row, NOBODY_LISTENS).close();
  }

  @Test
  void aKilledReadersRowComesBackAtOnceWhenTheOwnerIsTold() throws Exception {
    int row = store.offerRow();
    SealedObject object = filled(store, 1_000, 3);
    try (PeerProcessClient reader = reader(row, NOBODY_LISTENS)) {
      reader.ask("view " + written(object.address()));
      reader.signal("KILL");
      reader.awaitEnd();
      PollingAssert.spinUntil("the row is free", () -> store.reclaimReaderRow(row));
      object.free();
      assertThat(store.usedBytes()).isZero();
    }
  }

  @Test
  void aStoppedReaderCostsMemoryAndKeepsItsBytes() throws Exception {
    int row = store.offerRow();
    SealedObject object = filled(store, 1_000, 3);
    try (PeerProcessClient reader = reader(row, line -> store.nudge(Long.parseLong(line)))) {
      reader.ask("view " + written(object.address()));
      reader.signal("STOP");
      object.free();
      for (int i = 0; i < 100; i++) {
        assertThat(store.reclaimReaderRow(row)).isFalse();
        filled(store, 1_000, 4).free();
      }
      assertThat(store.usedBytes()).isEqualTo(8_000);
      reader.signal("CONT");
      assertThat(reader.ask("check " + object.slot())).isEqualTo("3");
      PollingAssert.spinUntil("the owner has its memory back", () -> {
        reader.ask("drop");
        return store.usedBytes() == 0;
      });
    }
  }

  @Test
  void viewsSurviveTheDeathOfTheirOwnerAndTheRemovalOfItsFiles() throws Exception {
    try (PeerProcessClient owner =
            new PeerProcessClient(PeerProcess.class, NOBODY_LISTENS, base.toString());
        LifeLockWatcher watch = new LifeLockWatcher()) {
      StoreAddress address = storeAddress(("- " + owner.ask("address")).split(" "));
      var me = new PeerStore.StoreReader(store, 5, slot -> {});
      int row = Integer.parseInt(owner.ask("row"));
      PeerStore peer = ((AttachResult.Attached) PeerStore.attach(address, row, me)).store();
      ObjectAddress object = objectAddress(owner.ask("put 900").split(" "), 0);
      ObjectAddress unopened = objectAddress(owner.ask("put 900").split(" "), 0);
      PeerObject there = peer.open(object);
      MemorySegment view = there.view();
      CountDownLatch died = new CountDownLatch(1);
      watch.onDeath(address, () -> {
        peer.ownerDied();
        died.countDown();
      });
      owner.signal("KILL");
      long killed = System.nanoTime();
      assertThat(died.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(System.nanoTime() - killed).isLessThan(Duration.ofSeconds(1).toNanos());
      assertThat(checked(view)).isEqualTo(42);
      SharedStore.open(new StoreOptions(base, 1 << 20, 1 << 16, true)).close();
      assertThat(Path.of(address.directory())).doesNotExist();
      assertThat(checked(view)).isEqualTo(42);
      assertThat(checked(there.view())).isEqualTo(42);
      assertThatThrownBy(() -> peer.open(unopened))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("has died");
      peer.close();
    }
  }
}
