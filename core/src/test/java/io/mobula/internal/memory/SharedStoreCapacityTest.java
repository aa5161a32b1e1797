package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.StoreException;
import io.mobula.error.StoreFullException;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Test of a node's store of four segments and the store of a worker that shares its capacity. */
@Timeout(60)
class SharedStoreCapacityTest {
  private static final int SEGMENT = 64 * 1024;
  private static final int CAPACITY = 4 * SEGMENT;

  @TempDir
  Path base;

  private SharedStore node;
  private SharedStore worker;

  @BeforeEach
  void open() {
    node = SharedStore.open(new StoreOptions(base, CAPACITY, SEGMENT, false));
    worker = beside(node.directory());
  }

  private static SharedStore beside(Path store) {
    return SharedStore.open(new StoreOptions(null, CAPACITY, SEGMENT, false, store));
  }

  @AfterEach
  void close() {
    worker.close();
    node.close();
  }

  private static List<SealedObject> put(SharedStore into, int segments) {
    var made = new ArrayList<SealedObject>();
    for (int i = 0; i < segments; i++) {
      made.add(into.create(SEGMENT).seal());
    }
    return made;
  }

  private static long segmentBytes(SharedStore store) throws IOException {
    try (var files = Files.list(store.directory())) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("segment-"))
          .mapToLong(file -> file.toFile().length() - FileHeader.DATA_OFFSET)
          .sum();
    }
  }

  @Test
  void togetherTheyTakeWhatOneMay() {
    put(node, 3);
    put(worker, 1);
    for (var full : List.of(node, worker)) {
      assertThatThrownBy(() -> full.create(SEGMENT))
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining("more are taken by processes of the same node");
    }
  }

  @Test
  void ofTwoThatGrowAtOnceIntoTheLastRoomOneDoesNot() throws Exception {
    put(node, 3);
    var barrier = new CyclicBarrier(2);
    for (int round = 0; round < 100; round++) {
      var first =
          CompletableFuture.supplyAsync(() -> grown(node, barrier), SharedStoreCapacityTest::run);
      var second =
          CompletableFuture.supplyAsync(() -> grown(worker, barrier), SharedStoreCapacityTest::run);
      assertThat(first.get(10, TimeUnit.SECONDS) + second.get(10, TimeUnit.SECONDS))
          .isLessThanOrEqualTo(1);
      assertThat(segmentBytes(node) + segmentBytes(worker)).isLessThanOrEqualTo(CAPACITY);
      node.releaseIdle(CAPACITY);
      worker.releaseIdle(CAPACITY);
    }
  }

  private static void run(Runnable work) {
    Thread.ofPlatform().daemon().start(work);
  }

  private static int grown(SharedStore store, CyclicBarrier barrier) {
    try {
      barrier.await(10, TimeUnit.SECONDS);
      store.create(SEGMENT).seal().free();
      return 1;
    } catch (StoreFullException full) {
      return 0;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void whoHasLittleIsGivenWhatIsIdle() throws Exception {
    var objects = put(node, 4);
    objects.get(1).free();
    objects.get(3).free();
    assertThatThrownBy(() -> worker.create(SEGMENT)).isInstanceOf(StoreFullException.class);
    // A member reports less only after its files are gone, so that the capacity is never exceeded.
    PollingAssert.until("the node says it has given a segment", () -> total(node) < CAPACITY);
    put(worker, 1);
    assertThat(node.usedBytes()).isEqualTo(2 * SEGMENT);
  }

  @Test
  void whoHasMoreThanItsPartAsksForNothing() throws IOException {
    put(worker, 1);
    put(node, 3);
    assertThatThrownBy(() -> node.create(SEGMENT)).isInstanceOf(StoreFullException.class);
    assertThat(wanted(node)).isZero();
    assertThatThrownBy(() -> worker.create(SEGMENT)).isInstanceOf(StoreFullException.class);
    assertThat(wanted(worker)).isEqualTo(SEGMENT);
  }

  private long total(SharedStore store) {
    try {
      return said(store).getLong(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long wanted(SharedStore store) throws IOException {
    return said(store).getLong(Long.BYTES);
  }

  private ByteBuffer said(SharedStore store) throws IOException {
    var file = node.directory().resolve("share-" + store.directory().getFileName());
    return ByteBuffer.wrap(Files.readAllBytes(file));
  }

  @Test
  void whatAMemberHadIsFreeOnceItsFilesAreGone() throws IOException {
    var gone = node.directory().resolve("share-mobula-000000000000000000000000");
    Files.write(gone, ByteBuffer.allocate(24).putLong(CAPACITY).array());
    put(worker, 4);
    assertThat(gone).doesNotExist();
  }

  @Test
  void aMemberThatClosesTakesNothingWithIt() {
    put(worker, 4);
    worker.close();
    put(node, 4);
  }

  @Test
  void aWorkerOutlivesItsNodesStore() {
    put(node, 2);
    put(worker, 1);
    node.close();
    put(worker, 3);
  }

  @Test
  void aNodeThatIsNotThereIsNamed() {
    var missing = base.resolve("mobula-none");
    assertThatThrownBy(() -> beside(missing))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(missing.toString());
  }

  /** Two members whose clocks have nothing in common. */
  @Test
  void whatIsAskedForCountsForSomeSecondsByTheClockOfWhoSeesIt() {
    long hour = TimeUnit.HOURS.toNanos(1);
    var nodesClock = new AtomicLong(hour);
    var workersClock = new AtomicLong(-hour);
    var directories = List.of(StoreDirectory.open(base), StoreDirectory.open(base));
    var head = directories.get(0).path();
    var rich = SharedStoreCapacity.join(head, directories.get(0), CAPACITY, nodesClock::get);
    var poor = SharedStoreCapacity.join(head, directories.get(1), CAPACITY, workersClock::get);
    assertThat(rich.claim(CAPACITY)).isTrue();
    assertThat(rich.bytesToGive()).isZero();

    poor.requestBytes(SEGMENT);
    assertThat(rich.bytesToGive()).isEqualTo(SEGMENT);
    nodesClock.addAndGet(TimeUnit.SECONDS.toNanos(2));
    assertThat(rich.bytesToGive()).isEqualTo(SEGMENT);
    nodesClock.addAndGet(TimeUnit.SECONDS.toNanos(2));
    assertThat(rich.bytesToGive()).as("it was long ago").isZero();

    workersClock.addAndGet(TimeUnit.SECONDS.toNanos(4));
    poor.requestBytes(SEGMENT);
    assertThat(rich.bytesToGive()).as("asked for again").isEqualTo(SEGMENT);
    directories.forEach(StoreDirectory::delete);
  }
}
