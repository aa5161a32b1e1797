package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.InvalidRequestException;
import io.mobula.error.StoreException;
import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Test of an owner and a reader in one JVM: the same files, mapped twice. */
class PeerStoreTest {
  private static final int KIB = 1_024;
  private static final StoreLayout SMALL_CHUNKS = new StoreLayout(10, Integer.MAX_VALUE);

  @TempDir
  Path base;

  private SharedStore owner;
  private SharedStore reader;
  private final Queue<Long> nudges = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void open() {
    owner = SharedStore.open(new StoreOptions(base, 1024 * KIB, 64 * KIB, false), SMALL_CHUNKS);
    reader = openReader(Integer.MAX_VALUE, false);
  }

  private SharedStore openReader(long maxBufferBytes, boolean pretouch) {
    return SharedStore.open(
        new StoreOptions(base, 64 * KIB, 64 * KIB, pretouch), new StoreLayout(10, maxBufferBytes));
  }

  @AfterEach
  void close() {
    reader.close();
    owner.close();
  }

  private AttachResult attach(StoreAddress address, int row) {
    return PeerStore.attach(address, row, new PeerStore.StoreReader(reader, 77, nudges::add));
  }

  private PeerStore attach(int row) {
    return ((AttachResult.Attached) attach(owner.address(), row)).store();
  }

  private PeerStore attach() {
    return attach(owner.offerRow());
  }

  private SealedObject put(int bytes, int fill) {
    WritableBlock block = owner.create(bytes);
    block.segment().fill((byte) fill);
    return block.seal();
  }

  private static byte first(MemorySegment segment) {
    return segment.get(ValueLayout.JAVA_BYTE, 0);
  }

  @Test
  void readsAnotherStoresObjectsInPlace() {
    SealedObject object = put(1_000, 7);
    try (PeerStore peer = attach()) {
      PeerObject there = peer.open(object.address());
      assertThat(there.byteSize()).isEqualTo(1_000);
      assertThat(there.view().toArray(ValueLayout.JAVA_BYTE)).hasSize(1_000).containsOnly(7);
      assertThat(there.<Byte>read(PeerStoreTest::first)).isEqualTo((byte) 7);
      assertThat(there.view().isReadOnly()).isTrue();
      assertThatThrownBy(() -> there.view().fill((byte) 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(there.address()).isEqualTo(object.address());
      assertThat(peer.open(put(0, 1).address()).view().byteSize()).isZero();
    }
  }

  @Test
  void anInterruptTearsNothingAndIsKept() {
    SealedObject object = put(100, 7);
    int row = owner.offerRow();
    Thread.currentThread().interrupt();
    PeerStore peer = attach(row);
    byte read = peer.open(object.address()).read(PeerStoreTest::first);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(read).isEqualTo((byte) 7);
    assertThatThrownBy(() -> attach(row)).isInstanceOf(StoreException.class);
    peer.close();
  }

  @Test
  void attachesBeforeThereIsAnyObjectAndFollowsTheTableAndTheSegments() throws Exception {
    try (PeerStore peer = attach()) {
      List<SealedObject> objects = new ArrayList<>();
      for (int i = 0; i < 3_000; i++) {
        objects.add(put(100, i));
      }
      SealedObject large = put(128 * KIB, 9);
      for (int i = objects.size() - 1; i >= 0; i -= 7) {
        PeerObject there = peer.open(objects.get(i).address());
        assertThat(there.<Byte>read(PeerStoreTest::first)).isEqualTo((byte) i);
      }
      assertThat(peer.open(large.address()).<Byte>read(PeerStoreTest::first)).isEqualTo((byte) 9);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {Integer.MAX_VALUE, 1})
  void aViewKeepsTheMemoryUntilItIsCollectedAndTheOwnerIsNudged(long maxBufferBytes)
      throws Exception {
    reader.close();
    reader = openReader(maxBufferBytes, false);
    SealedObject object = put(4_096, 5);
    try (PeerStore peer = attach()) {
      PeerObject there = peer.open(object.address());
      MemorySegment[] view = {there.view()};
      assertThat(object.isPinned()).isTrue();
      assertThat(there.isPinned()).isTrue();
      object.free();
      assertThatThrownBy(there::view).isInstanceOf(IllegalStateException.class);
      assertThat(owner.usedBytes()).isEqualTo(4_096);
      assertThat(view[0].toArray(ValueLayout.JAVA_BYTE)).containsOnly(5);
      nudges.clear();
      view[0] = null;
      PollingAssert.untilCollected(
          "the view is collected and the owner nudged", () -> !nudges.isEmpty());
      assertThat(nudges).contains(object.slot());
      owner.nudge(object.slot());
      assertThat(owner.usedBytes()).isZero();
    }
  }

  @Test
  void withoutANudgeTheSweepFreesWhatIsReadNoMore() throws Exception {
    SealedObject object = put(4_096, 5);
    try (PeerStore peer = attach()) {
      PeerObject there = peer.open(object.address());
      there.pin();
      object.free();
      assertThat(owner.usedBytes()).isEqualTo(4_096);
      there.unpin();
      PollingAssert.untilCollected("the owner has its memory back", () -> owner.usedBytes() == 0);
    }
  }

  @Test
  void whatIsFreedCannotBeOpenedNorItsSuccessorByItsName() {
    SealedObject object = put(100, 1);
    try (PeerStore peer = attach()) {
      PeerObject there = peer.open(object.address());
      object.free();
      assertThatThrownBy(() -> peer.open(object.address()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("freed");
      SealedObject next = put(100, 2);
      assertThat(next.slot()).isEqualTo(object.slot());
      assertThatThrownBy(() -> peer.open(object.address()))
          .isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> there.read(PeerStoreTest::first))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("FREED");
      assertThat(next.isPinned()).isFalse();
    }
  }

  @Test
  void refusesAddressesThatNobodyGaveOut() {
    SealedObject object = put(100, 1);
    try (PeerStore peer = attach()) {
      assertThatThrownBy(() -> peer.open(new ObjectAddress(5_000, 1, 100)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("has 1024 slots, wanted slot 5000");
      assertThatThrownBy(() -> peer.open(new ObjectAddress(object.slot(), 1, 101)))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("100 bytes");
      assertThatThrownBy(() -> new ObjectAddress(-1, 1, 1))
          .isInstanceOf(InvalidRequestException.class);
      assertThatThrownBy(() -> new ObjectAddress(1, 1L << 56, 1))
          .isInstanceOf(InvalidRequestException.class);
      assertThat(object.isPinned()).isFalse();
    }
  }

  @Test
  void aStoreOfAnotherHostIsElsewhereAndNoError() throws Exception {
    StoreAddress here = owner.address();
    int row = owner.offerRow();
    assertThat(attach(new StoreAddress(base + "/mobula-none", 1, 2), row))
        .isInstanceOf(AttachResult.NotAttachable.class);
    assertThat(attach(new StoreAddress("\0", 1, 2), row))
        .isInstanceOf(AttachResult.NotAttachable.class);
    AttachResult other = attach(new StoreAddress(here.directory(), here.idHigh() + 1, 2), row);
    assertThat(((AttachResult.NotAttachable) other).reason())
        .contains("wanted " + here.directory());
    assertThat(attach(row).address()).isEqualTo(here);
  }

  @Test
  void aRowIsOneReadersAndComesBackWhenItsLastViewIsGone() throws Exception {
    SealedObject object = put(100, 4);
    int row = owner.offerRow();
    PeerStore peer = attach(row);
    assertThatThrownBy(() -> attach(row))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("locked by another process");
    assertThat(owner.offerRow()).isEqualTo(row + 1);
    MemorySegment[] view = {peer.open(object.address()).view()};
    peer.close();
    peer.close();
    assertThatThrownBy(() -> peer.open(object.address()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    assertThat(owner.reclaimReaderRow(row)).isFalse();
    assertThat(first(view[0])).isEqualTo((byte) 4);
    assertThat(object.isPinned()).isTrue();
    view[0] = null;
    PollingAssert.untilCollected("the row is free", () -> owner.reclaimReaderRow(row));
    assertThat(owner.offerRow()).isEqualTo(row);
    attach(row).close();
  }

  /**
   * A thread that pins while the peer store is closed has unpinned before the row goes to another
   * process.
   */
  @Test
  void theRowGoesBackWithNoPinLeftHoweverCloseAndReadsMeet() throws Exception {
    SealedObject object = put(64, 1);
    try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
      for (int i = 0; i < 300; i++) {
        int row = owner.offerRow();
        PeerStore peer = attach(row);
        PeerObject there = peer.open(object.address());
        List<Future<Integer>> reads = List.of(
            readers.submit(() -> readUntilClosed(there)),
            readers.submit(() -> readUntilClosed(peer.open(object.address()))));
        peer.close();
        for (Future<Integer> read : reads) {
          try {
            assertThat(read.get(20, TimeUnit.SECONDS)).isNotNegative();
          } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(IllegalStateException.class);
          }
        }
        assertThat(object.isPinned()).isFalse();
        assertThat(owner.reclaimReaderRow(row)).isTrue();
      }
    }
  }

  private static int readUntilClosed(PeerObject object) {
    int reads = 0;
    while (true) {
      try {
        object.read(PeerStoreTest::first);
        reads++;
      } catch (IllegalStateException closed) {
        return reads;
      }
    }
  }

  @Test
  void aViewOutlivesTheReadersOwnStoreAndIsThenLetGo() throws Exception {
    SealedObject object = put(100, 4);
    int row = owner.offerRow();
    PeerStore peer = attach(row);
    MemorySegment[] view = {peer.open(object.address()).view()};
    PeerObject there = peer.open(object.address());
    peer.close();
    reader.close();
    assertThatThrownBy(there::view).isInstanceOf(IllegalStateException.class);
    object.free();
    assertThat(owner.reclaimReaderRow(row)).isFalse();
    assertThat(first(view[0])).isEqualTo((byte) 4);
    view[0] = null;
    PollingAssert.untilCollected("the owner has its memory back", () -> owner.usedBytes() == 0);
    // The reader first removes its pin and then returns the row.
    PollingAssert.until("the row is free", () -> owner.reclaimReaderRow(row));
  }

  @Test
  void whatIsPinnedCanBeHeldOnceMoreThoughItsOwnerHasFreedIt() throws Exception {
    SealedObject object = put(100, 6);
    PeerObject there = attach().open(object.address());
    try (PinnedObject held = there.acquirePin()) {
      object.free();
      assertThatThrownBy(there::acquirePin).isInstanceOf(IllegalStateException.class);
      PinnedObject again = there.acquireAnotherPin();
      held.close();
      assertThat(first(again.bytes())).isEqualTo((byte) 6);
      try (PinnedObject third = again.acquireAnotherPin()) {
        again.close();
        assertThat(first(third.bytes())).isEqualTo((byte) 6);
      }
    }
    PollingAssert.until("the owner has its memory back", () -> owner.usedBytes() == 0);
    assertThatThrownBy(there::acquireAnotherPin).hasMessageContaining("is not pinned");
  }

  @Test
  void aRowThatNobodyClaimedIsOfferedAgainOnlyWhenItsReaderIsSaidToBeGone() {
    int row = owner.offerRow();
    assertThat(owner.offerRow()).isNotEqualTo(row);
    assertThat(owner.reclaimReaderRow(row)).isTrue();
    assertThat(owner.offerRow()).isEqualTo(row);
    assertThat(owner.reclaimReaderRow(0)).isFalse();
    assertThat(owner.reclaimReaderRow(-1)).isFalse();
    assertThat(owner.reclaimReaderRow(4_000)).isFalse();
  }

  @Test
  void refusesTheTwoHundredAndFiftySixthReaderAndUsesTheRowsOfThoseWhoLeft() {
    List<PeerStore> peers = new ArrayList<>();
    for (int i = 1; i < PinMatrix.MAX_ROWS; i++) {
      peers.add(attach());
    }
    assertThatThrownBy(owner::offerRow)
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("255 reader processes");
    peers.get(41).close();
    assertThat(owner.offerRow()).isEqualTo(42);
    assertThatThrownBy(owner::offerRow).isInstanceOf(StoreException.class);
    peers.forEach(PeerStore::close);
  }

  @Test
  void aClosedOwnersObjectsStayReadableWhereTheyAreViewedAndNoMoreAreOpened() {
    SealedObject object = put(100, 6);
    PeerStore peer = attach();
    PeerObject there = peer.open(object.address());
    MemorySegment view = there.view();
    owner.close();
    assertThat(view.toArray(ValueLayout.JAVA_BYTE)).containsOnly(6);
    assertThatThrownBy(() -> peer.open(object.address()))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is closed");
    assertThatThrownBy(() -> peer.open(new ObjectAddress(2_000, 1, 1)))
        .isInstanceOf(StoreException.class);
    peer.close();
  }

  @Test
  void whatWasOpenedOfADeadOwnerStaysReadableAndNothingElseIsOpened() {
    SealedObject object = put(100, 6);
    try (PeerStore peer = attach()) {
      PeerObject there = peer.open(object.address());
      peer.ownerDied();
      assertThat(first(there.view())).isEqualTo((byte) 6);
      assertThatThrownBy(() -> peer.open(object.address()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("has died");
    }
  }

  @Test
  void segmentsRetiredByTheOwnerAreForgotten() {
    try (PeerStore peer = attach()) {
      for (int i = 0; i < 60; i++) {
        SealedObject object = put((65 + i) * KIB, i);
        assertThat(peer.open(object.address()).<Byte>read(PeerStoreTest::first))
            .isEqualTo((byte) i);
        object.free();
        put(1000 * KIB, 1).free();
        assertThat(peer.segments().size()).isLessThanOrEqualTo(16);
      }
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void touchesASegmentOnceInTheBackgroundAndLetsGoOfIt() throws Exception {
    reader.close();
    reader = openReader(Integer.MAX_VALUE, true);
    SealedObject large = put(1000 * KIB, 3);
    SealedObject next = put(10, 3);
    try (PeerStore peer = attach()) {
      PeerObject there = peer.open(large.address());
      String mapping = owner.directory() + "/segment-0";
      PollingAssert.spinUntil(
          "the segment is touched",
          () -> residentBytes(mapping).stream().anyMatch(bytes -> bytes >= 1000L * KIB));
      PollingAssert.spinUntil("the object is unpinned", () -> !there.isPinned());
      assertThat(peer.segments()
              .markTouched(
                  Segment.openReadOnly(owner.directory(), owner.address().storeId(), 0)))
          .isFalse();
      peer.open(next.address());
      PollingAssert.spinUntil(
          "both objects are unpinned", () -> !large.isPinned() && !next.isPinned());
    }
  }

  /** The compiler may remove reads whose results are unused, and then the pages are not touched. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void touchesWhenItIsCompiledToo() {
    put(1000 * KIB, 3);
    Segment often = Segment.openReadOnly(owner.directory(), owner.address().storeId(), 0);
    for (int i = 0; i < 100_000; i++) {
      often.touch(0);
    }
    Segment once = Segment.openReadOnly(owner.directory(), owner.address().storeId(), 0);
    once.touch(0);
    assertThat(residentBytes(owner.directory() + "/segment-0"))
        .hasSize(2)
        .allMatch(bytes -> bytes >= 1000L * KIB);
    Reference.reachabilityFence(often);
    Reference.reachabilityFence(once);
  }

  /**
   * Returns the resident bytes of each read-only mapping of this file, as the kernel counts them.
   */
  private static List<Long> residentBytes(String file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/proc/self/smaps"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<Long> resident = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).contains(" r--s ") && lines.get(i).endsWith(file)) {
        resident.add(Long.parseLong(lines.get(i + 4).replaceAll("\\D", "")) * KIB);
      }
    }
    return resident;
  }

  @Test
  void aForeignOrTruncatedSegmentIsRefusedByName() throws Exception {
    SealedObject object = put(100, 1);
    Path segment = owner.directory().resolve("segment-0");
    byte[] right = Files.readAllBytes(segment);
    try (PeerStore peer = attach()) {
      byte[] foreign = right.clone();
      var header = new FileHeader(
          FileHeader.Kind.SEGMENT, new FileHeader.StoreId(3, 4), 0, right.length - 4_096L);
      header.encode().get(foreign, 0, FileHeader.BYTES);
      Files.write(segment, foreign);
      assertThatThrownBy(() -> peer.open(object.address()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("segment-0 is SEGMENT 0 of store 00000000000000030000000000000004")
          .hasMessageContaining("wanted SEGMENT 0 of store ");
      Files.write(segment, java.util.Arrays.copyOf(right, right.length - 1));
      assertThatThrownBy(() -> peer.open(object.address()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("segment-0 is truncated");
      Files.write(segment, right);
      assertThat(peer.open(object.address()).<Byte>read(PeerStoreTest::first)).isEqualTo((byte) 1);
      assertThat(object.isPinned()).isFalse();
    }
  }

  @Test
  void aTableThatIsShorterThanItSaysIsRefusedByName() throws Exception {
    int row = owner.offerRow();
    Path table = owner.directory().resolve("table");
    PeerStore peer = attach(row);
    try (RandomAccessFile file = new RandomAccessFile(table.toFile(), "rw")) {
      file.seek(ObjectTable.SLOTS_OFFSET + 1);
      file.write(4); // 1024 slots, little-endian
    }
    assertThatThrownBy(() -> peer.open(new ObjectAddress(3, 1, 100)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("is truncated or damaged: it has 4096 bytes, wanted 4096 from 4096");
    peer.close();
  }

  @Test
  void aTableOrRowThatIsDamagedOrOfAnotherLayoutIsRefusedByName() throws Exception {
    int row = owner.offerRow();
    for (String name : List.of("table", "pins-" + row)) {
      Path path = owner.directory().resolve(name);
      assertThatFlipping(path, 8, row).hasMessageContaining("layout version");
      assertThatFlipping(path, 20, row).hasMessageContaining("checksum");
      assertThatFlipping(path, 2, row).hasMessageContaining("no file of a store");
    }
    attach(row).close();
  }

  private org.assertj.core.api.AbstractThrowableAssert<?, ?> assertThatFlipping(
      Path path, int at, int row) throws Exception {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(at);
      int was = file.read();
      file.seek(at);
      file.write(was ^ 64);
      try {
        return assertThatThrownBy(() -> attach(owner.address(), row))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining(path.toString());
      } finally {
        file.seek(at);
        file.write(was);
      }
    }
  }

  @Test
  void aSlotInNoStateThereIsIsRefused() throws Exception {
    SealedObject object = put(100, 1);
    try (PeerStore peer = attach();
        RandomAccessFile file =
            new RandomAccessFile(owner.directory().resolve("table").toFile(), "rw")) {
      file.seek(FileHeader.DATA_OFFSET + object.slot() * ObjectTable.SLOT_BYTES);
      file.write(99);
      assertThatThrownBy(() -> peer.open(object.address()))
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("state is 99");
      file.seek(FileHeader.DATA_OFFSET + object.slot() * ObjectTable.SLOT_BYTES);
      file.write(SlotState.SEALED.code());
      assertThat(peer.open(object.address()).byteSize()).isEqualTo(100);
    }
  }
}
