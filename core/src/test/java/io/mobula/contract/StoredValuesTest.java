package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.CodecException;
import io.mobula.error.ForeignRefException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.RefClosedException;
import io.mobula.error.StoreFullException;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.PollingAssert;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test of values in the store: put, get, refs inside refs, tensors, buffers filled in place, and a
 * full store.
 */
class StoredValuesTest extends ContractTest {
  private static final int MIB = 1 << 20;

  @Override
  Settings settings() {
    return super.settings()
        .storeCapacity(16 * MIB)
        .set("mobula.store.segment-size", 4 * MIB)
        .set("mobula.store.full-timeout", "300ms");
  }

  record LabelledTensor(String label, Tensor tensor, List<Integer> numbers) {}

  record Box(String label, ObjectRef<int[]> inner) {}

  // ---- copies

  @Test
  void putTakesTheValueAsItIsNow() {
    var list = new ArrayList<>(List.of(1));
    var ref = runtime.put(list);
    list.add(2);
    assertThat(ref.get()).containsExactly(1);
  }

  @Test
  void eachGetOfAMutableValueIsAFreshCopy() {
    var ref = runtime.put(new ArrayList<>(List.of(1)));
    ref.get().add(2);
    assertThat(ref.get()).containsExactly(1);
    var large = runtime.put(new int[MIB / 4]);
    large.get()[0] = 9;
    assertThat(large.get()[0]).isZero();
  }

  @Test
  void immutableValuesComeBackEqual() {
    assertThat(runtime.put("text").get()).isEqualTo("text");
    assertThat(runtime.put(5L).get()).isEqualTo(5L);
    assertThat(runtime.put(Optional.of("x")).get()).contains("x");
    assertThat(runtime.put(DType.INT8).get()).isSameAs(DType.INT8);
    assertThat(runtime.<Object>put(null).get()).isNull();
  }

  @Test
  void aRefCannotBePutItself() {
    var ref = runtime.put(1);
    assertThatThrownBy(() -> runtime.put(ref)).isInstanceOf(InvalidRequestException.class);
  }

  @Test
  void whatCannotBeEncodedFailsInTheCallersThreadWithThePathToIt() {
    assertThatThrownBy(() -> runtime.put(Map.of("workers", List.of(new Thread(() -> {})))))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("workers");
    assertThat(runtime.put(3).get()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 100 * 1024, 300 * 1024, 5 * MIB})
  void bytesOfAnySizeComeBack(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i * 31);
    }
    try (var ref = runtime.put(bytes)) {
      assertThat(ref.get()).isEqualTo(bytes);
    }
  }

  // ---- closing refs

  @Test
  void aClosedRefIsRefusedEverywhereAndNamed() {
    var ref = runtime.put(new int[] {1});
    ref.close();
    ref.close();
    assertThatThrownBy(ref::get)
        .isInstanceOf(RefClosedException.class)
        .hasMessageContaining(ref.id().toString());
    assertThatThrownBy(ref::isReady).isInstanceOf(RefClosedException.class);
    assertThatThrownBy(ref::toCompletableFuture).isInstanceOf(RefClosedException.class);
    assertThatThrownBy(ref::cancel).isInstanceOf(RefClosedException.class);
    assertThatThrownBy(ref::prefetch).isInstanceOf(RefClosedException.class);
    assertThatThrownBy(() -> runtime.get(List.of(ref))).isInstanceOf(RefClosedException.class);
    assertThatThrownBy(() -> runtime.wait(List.of(ref), 1, LONG))
        .isInstanceOf(RefClosedException.class);
    assertThatThrownBy(() -> runtime.task((int[] x) -> 1, ref).remote())
        .isInstanceOf(RefClosedException.class);
    assertThatThrownBy(() -> runtime.put(List.of(ref))).isInstanceOf(RefClosedException.class);
    assertThat(ref.toString()).contains("closed");
  }

  @Test
  void closingTheLastRefFreesAtOnce() {
    long before = runtime.storeUsage().objects();
    var ref = runtime.put(new byte[MIB]);
    assertThat(runtime.storeUsage().objects()).isEqualTo(before + 1);
    ref.close();
    assertThat(runtime.storeUsage().objects()).isEqualTo(before);
  }

  @Test
  void closingTheLastRefFreesAtOnceAlsoWhatWasRead() {
    long before = runtime.storeUsage().objects();
    for (var value :
        List.of(new byte[MIB], new ArrayList<>(List.of("text", new double[MIB / 8])))) {
      var ref = runtime.<Object>put(value);
      assertThat(ref.get()).isNotNull();
      ref.close();
      assertThat(runtime.storeUsage().objects()).isEqualTo(before);
    }
  }

  @Test
  void aForgottenRefIsCollected() throws Exception {
    PollingAssert.untilCollected(
        "what others forgot is gone", () -> runtime.storeUsage().objects() == 0);
    runtime.put(new byte[MIB]);
    PollingAssert.untilCollected(
        "the forgotten object is gone", () -> runtime.storeUsage().objects() == 0);
  }

  @Test
  void aPendingArgumentHoldsItsValue() throws Exception {
    var latch = latch();
    var ref = runtime.put(new int[] {7});
    var result = runtime
        .task(
            (int[] x, FileLatch g) -> {
              g.await();
              return x[0];
            },
            ref,
            latch)
        .remote();
    ref.close();
    latch.open();
    assertThat(result.get()).isEqualTo(7);
  }

  @Test
  void closingTheRefOfARunningTaskLetsItRun() throws Exception {
    var eventLog = eventLog();
    runtime
        .task(
            (FileEventLog j) -> {
              j.add("ran");
              return 1;
            },
            eventLog)
        .remote()
        .close();
    eventLog.await("ran", 1);
  }

  // ---- refs inside values

  @Test
  void aRefInsideAValueKeepsItsObjectAlive() {
    var inner = runtime.put(new int[] {5});
    var outer = runtime.put(new Box("a", inner));
    inner.close();
    var found = outer.get().inner();
    assertThat(found.get()).containsExactly(5);
    outer.close();
    assertThat(found.get()).containsExactly(5);
    found.close();
    assertThatThrownBy(found::get).isInstanceOf(RefClosedException.class);
  }

  @Test
  void refsInsideNestedContainersAndLargeValuesKeepTheirObjectsAlive() {
    var inner = runtime.put(new int[] {5});
    var outer = runtime.put(
        Map.of("boxes", List.of(Optional.of(new Box("a", inner))), "bulk", new byte[MIB]));
    inner.close();
    @SuppressWarnings("unchecked")
    var boxes = (List<Optional<Box>>) outer.get().get("boxes");
    assertThat(boxes.getFirst().orElseThrow().inner().get()).containsExactly(5);
  }

  @Test
  void whenTheContainingValueGoesSoDoesWhatItAloneHeld() {
    long before = runtime.storeUsage().objects();
    var inner = runtime.put(new int[MIB / 2]);
    var outer = runtime.put(List.of(new Box("a", inner)));
    inner.close();
    assertThat(runtime.storeUsage().objects()).isGreaterThan(before);
    outer.close();
    assertThat(runtime.storeUsage().objects()).isEqualTo(before);
  }

  @Test
  void aRefInsideAResultKeepsItsObjectAlive() throws Exception {
    var ref = runtime.task(() -> new Box("made", Mobula.put(new int[] {8}))).remote();
    var box = ref.get();
    System.gc();
    assertThat(box.inner().get()).containsExactly(8);
    var pending = runtime
        .task(() -> List.of(Mobula.task((Integer x) -> x + 1, 1).remote()))
        .remote();
    assertThat(pending.get().getFirst().get()).isEqualTo(2);
  }

  @Test
  void aRefCapturedByAFunctionIsHeld() throws Exception {
    var latch = latch();
    var ref = runtime.put(new int[] {3});
    var result = runtime
        .task(() -> {
          latch.await();
          return ref.get()[0];
        })
        .remote();
    ref.close();
    latch.open();
    assertThat(result.get()).isEqualTo(3);
  }

  @Test
  void refsOfAnotherRuntimeAreRefused() {
    try (var other = RuntimeSource.present().open(super.settings())) {
      var foreign = other.put(new int[] {1});
      assertThatThrownBy(() -> runtime.task((int[] x) -> 1, foreign).remote())
          .isInstanceOf(ForeignRefException.class);
      assertThatThrownBy(() -> runtime.put(new Box("x", foreign)))
          .isInstanceOf(ForeignRefException.class);
      assertThatThrownBy(() -> runtime.get(List.of(foreign)))
          .isInstanceOf(ForeignRefException.class);
      assertThatThrownBy(() -> runtime.wait(List.of(foreign), 1, LONG))
          .isInstanceOf(ForeignRefException.class);
      ActorHandle<ArrayList<String>> handle =
          other.actor(ArrayList<String>::new).remote();
      assertThatThrownBy(() -> runtime.put(List.of(handle)))
          .isInstanceOf(ForeignRefException.class);
      assertThat(foreign.get()).containsExactly(1);
    }
  }

  // ---- tensors

  @Test
  void aLargeTensorIsReadInPlace() {
    var ref = runtime.put(Tensor.of(new double[MIB / 8]));
    var first = ref.get();
    var second = ref.get();
    assertThat(first.segment().address()).isEqualTo(second.segment().address());
    assertThat(first.segment().isNative()).isTrue();
    assertThat(first.isReadOnly()).isTrue();
    assertThatThrownBy(() -> first.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 100_000})
  void tensorsAreReadOnlyWhateverTheirSize(int size) {
    var mine = Tensor.of(new int[size]);
    var ref = runtime.put(mine);
    var read = ref.get();
    assertThat(read.isReadOnly()).isTrue();
    assertThat(read.shape()).containsExactly(size);
    assertThat(read.dtype()).isEqualTo(DType.INT32);
    assertThat(read.asByteBuffer().isReadOnly()).isTrue();
    assertThat(mine.isReadOnly()).isFalse();
  }

  @Test
  void aTensorIsATheValueAtThePut() {
    for (int size : new int[] {4, 100_000}) {
      var mine = Tensor.of(new int[size]);
      var ref = runtime.put(mine);
      mine.segment().set(ValueLayout.JAVA_INT_UNALIGNED, 0, 7);
      assertThat(ref.get().getInt(0)).isZero();
    }
  }

  @Test
  void tensorsDeepInsideAValueAreReadInPlaceToo() {
    var ref = runtime.put(List.of(
        new LabelledTensor("a", Tensor.of(new float[100_000], 100, 1000), List.of(1, 2)),
        new LabelledTensor("b", Tensor.of(new float[100_000]), List.of())));
    var one = ref.get();
    var two = ref.get();
    assertThat(one.getFirst().label()).isEqualTo("a");
    assertThat(one.getFirst().numbers()).containsExactly(1, 2);
    assertThat(one.getFirst().tensor().shape()).containsExactly(100, 1000);
    for (int i = 0; i < 2; i++) {
      assertThat(one.get(i).tensor().segment().address())
          .isEqualTo(two.get(i).tensor().segment().address());
      assertThat(one.get(i).tensor().isReadOnly()).isTrue();
    }
  }

  @Test
  void byteBuffersAndSegmentsAreReadOnlyViews() {
    var buffer = runtime.put(ByteBuffer.allocate(200_000).putInt(0, 42)).get();
    assertThat(buffer.isReadOnly()).isTrue();
    assertThat(buffer.getInt(0)).isEqualTo(42);
    MemorySegment segment =
        runtime.put(MemorySegment.ofArray(new byte[200_000])).get();
    assertThat(segment.isReadOnly()).isTrue();
    assertThat(segment.byteSize()).isEqualTo(200_000);
  }

  @Test
  void tasksReadTensorsAndGiveTensors() {
    var ref = runtime.put(Tensor.of(new double[] {1, 2, 3}));
    var doubled = runtime
        .task((Tensor t) -> Tensor.of(new double[] {2 * t.getDouble(0), 2 * t.getDouble(2)}), ref)
        .remote()
        .get();
    assertThat(doubled.getDouble(1)).isEqualTo(6);
  }

  @Test
  void aViewOutlivesItsRef() {
    var ref = runtime.put(Tensor.of(new int[] {4, 5, 6}, 3));
    var large = runtime.put(Tensor.of(new int[MIB / 4]));
    var view = ref.get();
    var largeView = large.get();
    ref.close();
    large.close();
    for (int i = 0; i < 3; i++) {
      runtime.put(new byte[MIB]).close();
    }
    assertThat(view.getInt(2)).isEqualTo(6);
    assertThat(largeView.getInt(0)).isZero();
  }

  // ---- in place

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 8, 1000, MIB})
  void roomIsFilledInPlaceAndSealed(long size) {
    try (var room = runtime.create(size)) {
      assertThat(room.segment().byteSize()).isEqualTo(size);
      room.segment().fill((byte) 3);
      long address = room.segment().address();
      var ref = room.seal();
      var read = ref.get();
      assertThat(read.byteSize()).isEqualTo(size);
      assertThat(read.isReadOnly()).isTrue();
      assertThat(read.toArray(ValueLayout.JAVA_BYTE))
          .containsOnly(size == 0 ? new byte[0] : new byte[] {3});
      if (size == MIB) {
        assertThat(read.address()).isEqualTo(address);
      }
      ref.close();
    }
  }

  @Test
  void roomIsSealedAsATensor() {
    try (var room = runtime.create(6 * Float.BYTES)) {
      room.segment().set(ValueLayout.JAVA_FLOAT_UNALIGNED, 20, 2.5f);
      var tensor = room.seal(DType.FLOAT32, 2, 3).get();
      assertThat(tensor.shape()).containsExactly(2, 3);
      assertThat(tensor.getFloat(5)).isEqualTo(2.5f);
    }
  }

  @Test
  void roomThatIsNotSealedGoesBack() {
    long before = runtime.storeUsage().usedBytes();
    var room = runtime.create(MIB);
    assertThat(runtime.storeUsage().usedBytes()).isGreaterThanOrEqualTo(before + MIB);
    room.close();
    room.close();
    assertThat(runtime.storeUsage().usedBytes()).isEqualTo(before);
  }

  @Test
  void roomIsSealedOnceAndWithAShapeThatFits() {
    assertThatThrownBy(() -> runtime.create(-1)).isInstanceOf(InvalidRequestException.class);
    try (var room = runtime.create(8)) {
      assertThatThrownBy(() -> room.seal(DType.FLOAT64, 5))
          .isInstanceOf(InvalidRequestException.class);
      room.seal(DType.FLOAT64, 1);
      assertThatThrownBy(room::seal).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> room.seal(DType.FLOAT64, 1))
          .isInstanceOf(IllegalStateException.class);
    }
    var closed = runtime.create(8);
    closed.close();
    assertThatThrownBy(closed::seal).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(closed::segment).isInstanceOf(IllegalStateException.class);
  }

  // ---- a full store

  @Test
  void aFullStoreFailsTypedAndHasRoomAgainAfterClose() throws Exception {
    try (var own = RuntimeSource.present().open(settings())) {
      var held = new ArrayList<ObjectRef<byte[]>>();
      assertThatThrownBy(() -> {
            for (int i = 0; i < 20; i++) {
              held.add(own.put(new byte[2 * MIB]));
            }
          })
          .isInstanceOf(StoreFullException.class);
      assertThat(held).hasSizeBetween(4, 8);
      assertThat(own.storeUsage().usedBytes())
          .isLessThanOrEqualTo(own.storeUsage().capacityBytes());
      held.removeLast().close();
      assertThat(own.put(new byte[MIB]).get()).hasSize(MIB);
      var failing = own.task(() -> new byte[20 * MIB]).name("filler").remote();
      assertThatThrownBy(() -> failing.get(LONG))
          .isInstanceOf(StoreFullException.class)
          .hasMessageContaining("filler");
      assertThat(held).allSatisfy(ref -> assertThat(ref.isReady()).isTrue());
    }
  }

  @Test
  void aPutWaitsForRoomThatComes() throws Exception {
    try (var own =
        RuntimeSource.present().open(settings().set("mobula.store.full-timeout", "30s"))) {
      var held = new ArrayList<ObjectRef<byte[]>>();
      for (int i = 0; i < 4; i++) { // one object in each segment, so that no segment has 3 MiB free
        held.add(own.put(new byte[2 * MIB]));
      }
      var eventLog = eventLog();
      var late = own.task(
              (FileEventLog j) -> {
                j.add("putting");
                return Mobula.put(new byte[3 * MIB]).get().length;
              },
              eventLog)
          .remote();
      eventLog.await("putting", 1);
      held.forEach(ObjectRef::close);
      assertThat(late.get(LONG)).isEqualTo(3 * MIB);
    }
  }

  @Test
  void forgottenObjectsMakeRoom() {
    try (var own =
        RuntimeSource.present().open(settings().set("mobula.store.full-timeout", "20s"))) {
      for (int i = 0; i < 40; i++) {
        own.put(new byte[3 * MIB]);
      }
      assertThat(own.storeUsage().usedBytes()).isLessThanOrEqualTo(16L * MIB);
    }
  }

  @Test
  void whatIsLargerThanTheStoreFailsAtOnce() {
    assertThatThrownBy(() -> runtime.put(new byte[17 * MIB]))
        .isInstanceOf(StoreFullException.class)
        .hasMessageContaining(String.valueOf(16 * MIB));
    assertThatThrownBy(() -> runtime.create(1L << 40)).isInstanceOf(StoreFullException.class);
    assertThatThrownBy(() -> runtime.create(Long.MAX_VALUE)).isInstanceOf(StoreFullException.class);
    assertThatThrownBy(() -> runtime.task((byte[] x) -> 1, new byte[17 * MIB]).remote())
        .isInstanceOf(StoreFullException.class);
  }

  @Test
  void whatIsLargerThanASegmentFits() {
    try (var ref = runtime.put(new byte[9 * MIB])) {
      assertThat(ref.get()).hasSize(9 * MIB);
    }
  }
}
