package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.InvalidRequestException;
import io.mobula.error.StoreFullException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedStoreTest {
  private static final long KIB = 1024;

  @TempDir
  Path base;

  private SharedStore store;

  @BeforeEach
  void open() {
    store = SharedStore.open(new StoreOptions(base, 256 * KIB, 64 * KIB, true));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private SealedObject put(SharedStore into, long bytes, int fill) {
    WritableBlock block = into.create(bytes);
    block.segment().fill((byte) fill);
    return block.seal();
  }

  private SealedObject put(long bytes, int fill) {
    return put(store, bytes, fill);
  }

  private static byte first(MemorySegment segment) {
    return segment.get(ValueLayout.JAVA_BYTE, 0);
  }

  @Test
  void readsWhatWasWritten() {
    SealedObject object = put(1_000, 7);
    assertThat(object.byteSize()).isEqualTo(1_000);
    MemorySegment view = object.view();
    assertThat(view.byteSize()).isEqualTo(1_000);
    assertThat(view.toArray(ValueLayout.JAVA_BYTE)).containsOnly(7);
    assertThat(object.<Byte>read(SharedStoreTest::first)).isEqualTo((byte) 7);
  }

  @Test
  void blocksAreAlignedToCacheLines() {
    for (int i = 1; i < 200; i += 13) {
      assertThat(store.create(i).segment().address() % 64).isZero();
    }
  }

  @Test
  void viewsCannotBeWritten() {
    SealedObject object = put(64, 1);
    assertThatThrownBy(() -> object.view().fill((byte) 2))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> object.view().asByteBuffer().put((byte) 2))
        .isInstanceOf(java.nio.ReadOnlyBufferException.class);
    assertThatThrownBy(() -> object.read(segment -> segment.fill((byte) 2)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(first(object.view())).isEqualTo((byte) 1);
  }

  @Test
  void acceptsObjectsOfNoBytes() {
    SealedObject object = put(0, 1);
    assertThat(object.view().byteSize()).isZero();
    assertThat(object.view().isReadOnly()).isTrue();
    assertThat(object.<Long>read(MemorySegment::byteSize)).isZero();
    assertThat(object.isPinned()).isFalse();
    assertThat(store.objectCount()).isEqualTo(1);
    assertThat(store.usedBytes()).isZero();
    object.free();
    assertThat(store.objectCount()).isZero();
  }

  @Test
  void objectsLargerThanASegmentGetTheirOwn() {
    SealedObject object = put(200 * KIB - 1, 9);
    assertThat(object.view().toArray(ValueLayout.JAVA_BYTE)).containsOnly(9).hasSize((int)
        (200 * KIB - 1));
    assertThat(store.usedBytes()).isEqualTo(200 * KIB);
  }

  @Test
  void anObjectMayFillTheWholeStore() {
    SealedObject object = put(256 * KIB, 3);
    assertThat(store.usedBytes()).isEqualTo(store.capacityBytes());
    assertThatThrownBy(() -> store.create(1)).isInstanceOf(StoreFullException.class);
    object.free();
    assertThat(put(256 * KIB, 4).byteSize()).isEqualTo(256 * KIB);
  }

  @Test
  void refusesWhatIsLargerThanTheStoreAndSaysBothSizes() {
    assertThatThrownBy(() -> store.create(256 * KIB + 1))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("262145")
        .hasMessageContaining("262144");
    assertThatThrownBy(() -> store.create(Long.MAX_VALUE)).isInstanceOf(StoreFullException.class);
  }

  @Test
  void refusesNegativeSizes() {
    assertThatThrownBy(() -> store.create(-1)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void refusesWhatDoesNotFitNowAndTakesItAfterAFree() {
    SealedObject[] objects = new SealedObject[4];
    for (int i = 0; i < 4; i++) {
      objects[i] = put(64 * KIB, i);
    }
    assertThatThrownBy(() -> store.create(64))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining("no room for 64 bytes");
    AtomicInteger told = new AtomicInteger();
    store.onReclaim(told::incrementAndGet);
    objects[2].free();
    assertThat(told).hasValue(1);
    assertThat(put(64, 5).byteSize()).isEqualTo(64);
  }

  @Test
  void retiresUnusedSegmentsForOneOfAnotherSize() {
    SealedObject large = put(200 * KIB, 1);
    large.free();
    for (int i = 0; i < 4; i++) {
      put(64 * KIB, i);
    }
    assertThat(store.usedBytes()).isEqualTo(256 * KIB);
  }

  @Test
  void putsSmallObjectsIntoALargeSegmentWhenThereIsNoOtherRoom() {
    SealedObject large = put(250 * KIB, 1);
    put(6 * KIB, 2);
    assertThatThrownBy(() -> store.create(6 * KIB)).isInstanceOf(StoreFullException.class);
    large.free();
    SealedObject pinsTheLargeSegment = put(65 * KIB, 3);
    assertThat(put(6 * KIB, 4).byteSize()).isEqualTo(6 * KIB);
    assertThat(first(pinsTheLargeSegment.view())).isEqualTo((byte) 3);
  }

  @Test
  void usesTheBlockFreedLastFirst() {
    SealedObject older = put(4 * KIB, 1);
    put(64, 0);
    SealedObject newer = put(4 * KIB, 2);
    put(64, 0);
    long address = newer.<Long>read(MemorySegment::address);
    older.free();
    newer.free();
    assertThat(store.create(4 * KIB).segment().address()).isEqualTo(address);
  }

  @Test
  void aPinnedObjectOutlivesItsFreeing() {
    SealedObject object = put(4 * KIB, 1);
    int seen = object.read(segment -> {
      object.free();
      assertThat(object.isPinned()).isTrue();
      assertThat(store.objectCount()).isEqualTo(1);
      for (int i = 0; i < 10; i++) {
        put(4 * KIB, 9);
      }
      return (int) first(segment);
    });
    assertThat(seen).isEqualTo(1);
    assertThat(object.isPinned()).isFalse();
    assertThat(store.objectCount()).isEqualTo(10);
  }

  @Test
  void aFreedObjectCannotBeReadAgain() {
    SealedObject object = put(64, 1);
    object.free();
    object.free();
    assertThatThrownBy(object::view)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is FREED");
    SealedObject next = put(64, 2);
    assertThat(next.slot()).isEqualTo(object.slot());
    assertThat(next.generation()).isEqualTo(object.generation() + 1);
    object.free();
    assertThatThrownBy(() -> object.read(s -> 1)).isInstanceOf(IllegalStateException.class);
    assertThat(first(next.view())).isEqualTo((byte) 2);
  }

  @Test
  void anAbandonedBlockGivesItsMemoryBack() {
    WritableBlock block = store.create(1_000);
    block.abandon();
    block.abandon();
    assertThat(store.usedBytes()).isZero();
    assertThatThrownBy(block::seal).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(block::segment).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aSealedBlockIsSealedOnce() {
    WritableBlock block = store.create(64);
    block.seal();
    block.abandon();
    assertThat(store.objectCount()).isEqualTo(1);
    assertThatThrownBy(block::seal)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is SEALED, wanted CREATED");
  }

  @Test
  void worksInAnInterruptedThreadAndLeavesTheInterruptStanding() {
    Thread.currentThread().interrupt();
    SealedObject object = put(200 * KIB, 1);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(first(object.view())).isEqualTo((byte) 1);
  }

  @Test
  void itsFilesAreItsOwnersAlone() throws Exception {
    put(64, 1);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(store.directory())))
        .isEqualTo("rwx------");
    try (var files = Files.list(store.directory())) {
      assertThat(files)
          .hasSizeGreaterThanOrEqualTo(4) // life, table, pins, and segments as they are created
          .allSatisfy(
              file -> assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                  .isEqualTo("rw-------"));
    }
  }

  @Test
  void theTableGrowsWithTheNumberOfObjects() {
    try (SharedStore many = SharedStore.open(
        new StoreOptions(base, 1 << 20, 1 << 20, false), new StoreLayout(10, Integer.MAX_VALUE))) {
      SealedObject[] objects = new SealedObject[3_000];
      for (int i = 0; i < objects.length; i++) {
        objects[i] = put(many, i % 3 * 64L, i);
      }
      for (int i = 0; i < objects.length; i++) {
        assertThat(objects[i].slot()).isEqualTo(i);
        assertThat(objects[i].view().byteSize()).isEqualTo(i % 3 * 64L);
      }
      assertThat(many.objectCount()).isEqualTo(3_000);
    }
  }

  @Test
  void closingRemovesTheFilesEndsTheThreadsAndKeepsViewsReadable() {
    SealedObject object = put(4 * KIB, 6);
    SealedObject unread = put(100 * KIB, 7);
    MemorySegment view = object.view();
    WritableBlock unsealed = store.create(64);
    String name = store.directory().getFileName().toString();
    store.close();
    store.close();
    assertThat(base).isEmptyDirectory();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().endsWith(name));
    assertThat(view.toArray(ValueLayout.JAVA_BYTE)).containsOnly(6);
    assertThatThrownBy(() -> store.create(1)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(unread::view)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
    unread.free();
    unsealed.segment().fill((byte) 1);
    unsealed.abandon();
  }

  @Test
  void aFailingListenerHarmsNobody() {
    AtomicInteger told = new AtomicInteger();
    store.onReclaim(() -> {
      throw new IllegalStateException("on purpose");
    });
    store.onReclaim(told::incrementAndGet);
    put(64, 1).free();
    assertThat(told).hasValue(1);
    assertThat(store.usedBytes()).isZero();
  }

  @Test
  void optionsRoundUpToWholeBlocksAndRefuseTheAbsurd() {
    assertThat(new StoreOptions(null, 1_000, 1, true))
        .isEqualTo(new StoreOptions(null, 1_024, 64, true));
    assertThat(StoreOptions.ofCapacity(1 << 20).segmentBytes()).isEqualTo(64 << 20);
    assertThatThrownBy(() -> new StoreOptions(null, 0, 64, true))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("capacity of 0 bytes");
    assertThatThrownBy(() -> new StoreOptions(null, 64, -1, true))
        .isInstanceOf(InvalidRequestException.class)
        .hasMessageContaining("segment size of -1");
    assertThatThrownBy(() -> new StoreOptions(null, Long.MAX_VALUE, 64, true))
        .isInstanceOf(InvalidRequestException.class);
  }
}
