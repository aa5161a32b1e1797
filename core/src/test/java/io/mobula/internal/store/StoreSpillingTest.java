package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.SettingsException;
import io.mobula.error.StoreFullException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.spi.SpillTarget;
import io.mobula.testkit.PollingAssert;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Spilling of a store with a capacity of one MiB. */
@Timeout(60)
class StoreSpillingTest {
  private static final int CAPACITY = 1 << 20;
  private static final int BYTES = 100_000;
  private static final SpillTarget.SpillSettings NOWHERE =
      new SpillTarget.SpillSettings(List.of(), 0, 0);

  @TempDir
  Path directory;

  private final HeapSpillTarget target = new HeapSpillTarget();
  private SharedStore memory;
  private ObjectStore store;

  @BeforeEach
  void open() {
    open(new SpillConfig(NOWHERE, 0.9, spillSettings -> target), Duration.ofMillis(300));
  }

  private void open(SpillConfig spillConfig, Duration fullTimeout) {
    memory = SharedStore.open(new StoreOptions(directory, CAPACITY, CAPACITY, false));
    store = new ObjectStore(
        new NodeId(1),
        Codec.create(CodecOptions.defaults()),
        memory,
        new ObjectStore.Limits(1024, fullTimeout, spillConfig),
        Runnable::run);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static byte[] bytes(int size, int fill) {
    var bytes = new byte[size];
    java.util.Arrays.fill(bytes, (byte) fill);
    return bytes;
  }

  private List<ObjectRef<byte[]>> put(int count) {
    var refs = new ArrayList<ObjectRef<byte[]>>();
    for (int i = 0; i < count; i++) {
      refs.add(store.put(bytes(BYTES, i)));
    }
    return refs;
  }

  private ObjectRef<MemorySegment> putSegment(int size, int fill) {
    try (var room = store.create(size)) {
      room.segment().fill((byte) fill);
      return room.seal();
    }
  }

  private void assertEmpty() {
    assertThat(memory.usedBytes()).isZero();
    assertThat(store.usage().spilledBytes()).isZero();
    assertThat(store.usage().spilledObjects()).isZero();
    assertThat(target.parts).isEmpty();
  }

  @Test
  void fourTimesTheStoreIsWrittenAndReadBack() {
    var refs = put(4 * CAPACITY / BYTES);
    assertThat(store.usage().spilledBytes()).isGreaterThan(3L * CAPACITY - 2 * BYTES);
    assertThat(store.usage().spilledObjects()).isEqualTo(target.parts.size());
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < refs.size(); i++) {
        assertThat(refs.get(i).get()).containsOnly(i).hasSize(BYTES);
      }
    }
    refs.forEach(ObjectRef::close);
    assertEmpty();
  }

  @Test
  void whatWasWrittenOnceIsNotWrittenAgain() {
    var refs = put(4 * CAPACITY / BYTES);
    refs.forEach(ObjectRef::get);
    refs.forEach(ObjectRef::get);
    assertThat(target.writes.get()).isLessThanOrEqualTo(refs.size());
    assertThat(target.reads.get()).isGreaterThan(refs.size());
  }

  @Test
  void objectsAsLargeAsTheStoreTakeTurns() {
    var refs = new ArrayList<ObjectRef<byte[]>>();
    for (int i = 0; i < 4; i++) {
      refs.add(store.put(bytes(CAPACITY - 1024, i)));
    }
    for (int i = 3; i >= 0; i--) {
      assertThat(refs.get(i).get()).containsOnly(i);
    }
    refs.forEach(ObjectRef::close);
    assertEmpty();
  }

  @Test
  void whatIsReadOftenStays() {
    var hot = store.put(bytes(BYTES, 77));
    var refs = new ArrayList<ObjectRef<byte[]>>();
    for (int i = 0; i < 60; i++) {
      refs.addAll(put(1));
      assertThat(hot.get()).containsOnly(77);
    }
    assertThat(target.reads).hasValue(0);
    assertThat(refs).hasSize(60);
    Reference.reachabilityFence(hot);
  }

  @Test
  void whatSomebodyHasAViewOfStays() {
    var seen = putSegment(BYTES, 5);
    MemorySegment view = seen.get();
    var refs = put(40);
    assertThat(view.toArray(ValueLayout.JAVA_BYTE)).containsOnly(5).hasSize(BYTES);
    assertThat(seen.get().address()).isEqualTo(view.address());
    refs.forEach(ObjectRef::close);
    seen.close();
    Reference.reachabilityFence(view);
  }

  @Test
  void forgottenViewsMakeRoom() throws Exception {
    var refs = new ArrayList<ObjectRef<MemorySegment>>();
    for (int i = 0; i < 30; i++) {
      refs.add(putSegment(BYTES, i));
    }
    for (int i = 0; i < 30; i++) {
      assertThat(refs.get(i).get().get(ValueLayout.JAVA_BYTE, BYTES - 1)).isEqualTo((byte) i);
    }
    refs.forEach(ObjectRef::close);
    PollingAssert.untilCollected("all is free", () -> memory.usedBytes() == 0);
    assertEmpty();
  }

  @Test
  void fullDisksHarmNothing() {
    var refs = put(10);
    target.isFull = true;
    assertThatThrownBy(() -> put(1))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("has no room for")
        .hasMessageContaining("/the/disk is full");
    for (int i = 0; i < refs.size(); i++) {
      assertThat(refs.get(i).get()).containsOnly(i);
    }
    target.isFull = false;
    refs.addAll(put(10));
    refs.forEach(ObjectRef::close);
    assertEmpty();
  }

  @Test
  void fullDisksDoNotKeepWhatWasWrittenBefore() {
    var refs = put(15);
    var spilled =
        refs.stream().filter(ref -> contentOf(ref).address() == null).limit(2).toList();
    int first = refs.indexOf(spilled.getFirst());
    int second = refs.indexOf(spilled.getLast());
    assertThat(spilled.getFirst().get()).containsOnly(first);
    target.isFull = true;
    for (int turn = 0; turn < 5; turn++) {
      assertThat(spilled.getLast().get()).containsOnly(second);
      assertThat(spilled.getFirst().get()).containsOnly(first);
    }
    refs.forEach(ObjectRef::close);
    assertEmpty();
  }

  @Test
  void aDamagedFileLosesItsObjectAndNoOther() {
    var refs = put(40);
    var damaged = target.parts.iterator().next();
    damaged.damage();
    int lost = 0;
    for (int i = 0; i < refs.size(); i++) {
      var ref = refs.get(i);
      try {
        assertThat(ref.get()).containsOnly(i);
      } catch (ObjectLostException e) {
        lost++;
        assertThat(e).hasMessageContaining("/the/file is damaged");
        assertThatThrownBy(ref::get)
            .isInstanceOf(ObjectLostException.class)
            .hasMessageContaining("/the/file is damaged");
      }
    }
    assertThat(lost).isEqualTo(1);
    refs.forEach(ObjectRef::close);
    assertEmpty();
  }

  @Test
  void aReaderThatFindsNoRoomMayTryAgain() {
    var refs = put(20);
    var pinned = new ArrayList<MemorySegment>();
    var pins = new ArrayList<ObjectRef<MemorySegment>>();
    for (int i = 0; i < 10; i++) {
      var ref = putSegment(BYTES, i);
      pins.add(ref);
      pinned.add(ref.get());
    }
    assertThatThrownBy(() -> refs.getFirst().get()).isInstanceOf(StoreFullException.class);
    assertThat(pinned.getLast().get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 9);
    pinned.clear();
    pins.forEach(ObjectRef::close);
    assertThat(refs.getFirst().get()).containsOnly(0);
    refs.forEach(ObjectRef::close);
  }

  @Test
  void manyReadersOfOneObjectFetchItOnce() throws Exception {
    var first = store.put(bytes(BYTES, 42));
    var refs = put(40);
    refs.forEach(ObjectRef::close);
    assertThat(store.usage().spilledObjects()).isEqualTo(1);
    var readers = new ArrayList<CompletableFuture<byte[]>>();
    var started = new CountDownLatch(4);
    target.beforeRead = () -> awaitUninterruptibly(started);
    for (int i = 0; i < 4; i++) {
      readers.add(CompletableFuture.supplyAsync(
          () -> {
            started.countDown();
            return first.get();
          },
          Thread::startVirtualThread));
    }
    for (var reader : readers) {
      assertThat(reader.get(20, TimeUnit.SECONDS)).containsOnly(42);
    }
    assertThat(target.reads).hasValue(1);
    first.close();
    assertEmpty();
  }

  @Test
  void aRefClosedWhileItsValueIsReadBackLeavesNothing() throws Exception {
    var first = store.put(bytes(BYTES, 42));
    put(40).forEach(ObjectRef::close);
    var reading = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    target.beforeRead = () -> {
      reading.countDown();
      awaitUninterruptibly(goOn);
    };
    var reader = CompletableFuture.supplyAsync(
        () -> {
          try {
            return first.get().length;
          } catch (RuntimeException closed) {
            return -1;
          }
        },
        Thread::startVirtualThread);
    assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();
    first.close();
    goOn.countDown();
    assertThat(reader.get(20, TimeUnit.SECONDS)).isIn(-1, BYTES);
    PollingAssert.until("all is free", () -> memory.usedBytes() == 0);
    assertEmpty();
  }

  @Test
  void aRefClosedWhileItsValueIsWrittenLeavesNothing() throws Exception {
    var refs = put(10);
    target.beforeWrite = () -> refs.forEach(ObjectRef::close);
    store.put(bytes(BYTES, 1)).close();
    target.beforeWrite = () -> {};
    PollingAssert.until("all is free", () -> memory.usedBytes() == 0);
    assertEmpty();
  }

  @Test
  void aReaderDuringTheWritingReadsTheMemoryAndKeepsItThere() throws Exception {
    var refs = put(10);
    var read = new AtomicInteger();
    target.beforeWrite = () -> {
      synchronized (read) {
        if (read.get() == 0) { // nothing has left the memory yet, and the other writer waits
          refs.forEach(ref -> read.addAndGet(ref.get().length));
        }
      }
    };
    var one = store.put(bytes(BYTES, 1));
    target.beforeWrite = () -> {};
    assertThat(read.get()).isPositive();
    assertThat(one.get()).containsOnly(1);
    refs.forEach(ObjectRef::close);
    one.close();
    assertEmpty();
  }

  @Test
  void anInterruptedWriterGetsATypedErrorAndNothingIsLost() {
    var refs = put(10);
    var interrupted = new CompletableFuture<Boolean>();
    target.beforeWrite = () -> interrupted.orTimeout(10, TimeUnit.SECONDS).join(); // it must wait
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> put(4)).isInstanceOf(WaitInterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
    interrupted.complete(true);
    target.beforeWrite = () -> {};
    for (int i = 0; i < refs.size(); i++) {
      assertThat(refs.get(i).get()).containsOnly(i);
    }
    refs.forEach(ObjectRef::close);
  }

  @Test
  void secondaryCopiesGoFirstAndAreFetchedFromTheirOrigin() {
    var primary = put(4);
    var entry = store.createPending(7, 0, null);
    var copy = store.<byte[]>ref(entry);
    entry.complete(store.converter().snapshot(bytes(BYTES, 9), 0));
    var content = (ObjectContent.Sealed) entry.content();
    var dropped = new AtomicInteger();
    var fetched = new AtomicInteger();
    content.markSecondary(new RefetchSource() {
      private final byte[] elsewhere =
          content.<byte[]>copyOut(bytes -> bytes.toArray(ValueLayout.JAVA_BYTE));

      @Override
      public void onDropped() {
        dropped.incrementAndGet();
      }

      @Override
      public void fetch(MemorySegment into) {
        fetched.incrementAndGet();
        into.copyFrom(MemorySegment.ofArray(elsewhere));
      }
    });
    var more = put(6);
    assertThat(dropped).hasValue(1);
    assertThat(target.writes).hasValue(0);
    assertThat(copy.get()).containsOnly(9);
    assertThat(fetched).hasValue(1);
    copy.close();
    primary.forEach(ObjectRef::close);
    more.forEach(ObjectRef::close);
    assertEmpty();
  }

  @Test
  void whatOthersHaveBeenToldTheAddressOfIsEvictedLikeAllElse() {
    var told = store.<byte[]>put(bytes(BYTES, 9));
    var content = contentOf(told);
    var address = content.address();
    assertThat(address).isNotNull();
    put(40).forEach(ObjectRef::close);
    assertThat(store.usage().spilledObjects()).isEqualTo(1);
    assertThat(content.address()).isNull();
    try (var held = content.acquirePinAsync().join()) {
      assertThat(held.address()).isNotEqualTo(address).isEqualTo(content.address());
      put(40).forEach(ObjectRef::close);
      assertThat(held.address()).isEqualTo(content.address());
      assertThat(held.bytes().toArray(ValueLayout.JAVA_BYTE)).contains(9);
    }
    put(40).forEach(ObjectRef::close);
    assertThat(content.address()).isNull();
    told.close();
    assertEmpty();
  }

  @Test
  void whoCannotWaitSharesOneReadingBack() throws Exception {
    var first = store.<byte[]>put(bytes(BYTES, 42));
    put(40).forEach(ObjectRef::close);
    var content = contentOf(first);
    var goOn = new CountDownLatch(1);
    target.beforeRead = () -> awaitUninterruptibly(goOn);
    var asked = new ArrayList<CompletableFuture<PinnedObject>>();
    for (int i = 0; i < 100; i++) {
      asked.add(content.acquirePinAsync());
    }
    assertThat(asked).noneMatch(CompletableFuture::isDone);
    goOn.countDown();
    for (var each : asked) {
      each.get(20, TimeUnit.SECONDS).close();
    }
    assertThat(target.reads).hasValue(1);
    first.close();
    PollingAssert.until("all is free", () -> memory.usedBytes() == 0);
    assertEmpty();
  }

  @Test
  void aNodeThatLeavesStillGivesWhatIsOnItsDisks() {
    var told = store.<byte[]>put(bytes(BYTES, 9));
    var content = contentOf(told);
    var others = put(30);
    assertThat(content.address()).isNull();
    store.refuseMore("it was closed");
    assertThatThrownBy(() -> put(1)).isInstanceOf(RuntimeClosedException.class);
    try (var held = content.acquirePinAsync().join()) {
      assertThat(held.bytes().toArray(ValueLayout.JAVA_BYTE)).contains(9);
    }
    assertThat(others).hasSize(30);
    store.close();
    assertThatThrownBy(() -> content.acquirePinAsync().join())
        .isInstanceOf(CompletionException.class);
  }

  @Test
  void aSmallValueIsWrittenIntoAFrameWithoutRoomForIt() {
    var small = store.<byte[]>put(bytes(BYTES, 6));
    var content = contentOf(small);
    var others = put(30);
    assertThat(content.address()).isNull();
    var flat = store.converter().flatten(content, CAPACITY);
    assertThat(flat).isNotNull();
    assertThat(flat.layout()).hasSize((int) content.byteSize()).contains(6);
    assertThat(content.address()).isNull();
    others.forEach(ObjectRef::close);
    small.close();
    assertEmpty();
  }

  @Test
  void whatHasComeToHarmOnADiskIsNothingToGiveToOthers() {
    var told = store.<byte[]>put(bytes(BYTES, 9));
    var content = contentOf(told);
    put(40).forEach(ObjectRef::close);
    assertThat(content.isMissing()).isFalse();
    target.parts.iterator().next().damage();
    assertThatThrownBy(() -> content.acquirePinAsync().join())
        .hasCauseInstanceOf(ObjectLostException.class)
        .hasMessageContaining("/the/file is damaged");
    assertThat(content.isMissing()).isTrue();
    told.close();
    assertEmpty();
  }

  private static ObjectContent.Sealed contentOf(ObjectRef<?> ref) {
    return (ObjectContent.Sealed) ((EntryRef<?>) ref).entry().content();
  }

  @Test
  void withoutATargetAFullStoreRefusesAsEver() {
    store.close();
    open(SpillConfig.NONE, Duration.ZERO);
    var refs = put(10);
    assertThatThrownBy(() -> put(1)).isInstanceOf(StoreFullException.class);
    assertThat(refs.getFirst().get()).containsOnly(0);
  }

  @Test
  void directoriesWithoutAnybodyToWriteThereAreRefused() {
    var spillConfig = new SpillConfig(new SpillTarget.SpillSettings(List.of(directory), 1, 1), 0.9);
    assertThatThrownBy(spillConfig::open)
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("mobula-cluster-sharding-store");
    assertThatThrownBy(() -> new SpillTarget.SpillSettings(List.of(directory, directory), 1, 1))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("twice");
    assertThatThrownBy(() -> new SpillConfig(NOWHERE, 1.5))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("1.5");
  }

  @Test
  void closingTheMemoryClosesTheTarget() {
    memory.close();
    assertThat(target.isClosed).isTrue();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
