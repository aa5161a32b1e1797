package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.StoreFullException;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.PollingAssert;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Test of views and the garbage collector: everything derived from a view keeps the object pinned,
 * and nothing else does.
 */
class ViewPinningTest {
  private static final int BYTES = 8_192;
  private static final int CAPACITY = 1 << 17;

  @TempDir
  Path base;

  private SharedStore store;

  @AfterEach
  void close() {
    store.close();
  }

  private SealedObject put(long maxBufferBytes) {
    open(maxBufferBytes);
    return fill();
  }

  private void open(long maxBufferBytes) {
    store = SharedStore.open(
        new StoreOptions(base, CAPACITY, CAPACITY, false), new StoreLayout(10, maxBufferBytes));
  }

  private SealedObject fill() {
    WritableBlock block = store.create(BYTES);
    block.segment().fill((byte) 5);
    return block.seal();
  }

  /** Collects garbage and returns after the cleaner has processed the unreachable views. */
  private void collect() throws Exception {
    AtomicBoolean drawn = new AtomicBoolean();
    store.whenUnreachable(new Object(), () -> drawn.set(true));
    PollingAssert.untilCollected("something unreachable is found so", drawn::get);
  }

  /**
   * With the standard limit a buffer carries the pin; with a limit of one byte a mapping of the
   * view's own does.
   */
  @ParameterizedTest
  @ValueSource(longs = {Integer.MAX_VALUE, 1})
  void whateverIsMadeOfAViewKeepsThePin(long maxBufferBytes) throws Exception {
    List<Function<MemorySegment, Object>> makers = List.of(
        view -> view,
        view -> view.asSlice(100, 50),
        view -> view.asSlice(100, 50).asSlice(3).asReadOnly(),
        MemorySegment::asByteBuffer,
        view -> view.asByteBuffer().slice(5, 9).asReadOnlyBuffer(),
        view -> view.asSlice(64).asByteBuffer().asFloatBuffer().slice(),
        view -> MemorySegment.ofBuffer(view.asByteBuffer()).asSlice(9),
        view -> Tensor.wrap(view, DType.FLOAT32).slice(10, 20),
        view -> Tensor.wrap(view, DType.FLOAT32).reshape(32, 64).asFloatBuffer());
    open(maxBufferBytes);
    List<SealedObject> objects = new ArrayList<>();
    List<Object> made = new ArrayList<>();
    for (Function<MemorySegment, Object> maker : makers) {
      SealedObject object = fill();
      objects.add(object);
      made.add(maker.apply(object.view()));
    }
    collect();
    assertThat(objects).allMatch(SealedObject::isPinned);
    made.clear();
    PollingAssert.untilCollected(
        "nobody reads the objects", () -> objects.stream().noneMatch(SealedObject::isPinned));
  }

  @Test
  void aViewPinsUntilItIsUnreachableAndThenTheMemoryGoesBack() throws Exception {
    SealedObject object = put(Integer.MAX_VALUE);
    MemorySegment[] view = {object.view()};
    object.free();
    collect();
    assertThat(object.isPinned()).isTrue();
    assertThat(store.usedBytes()).isEqualTo(BYTES);
    assertThat(view[0].get(ValueLayout.JAVA_BYTE, 17)).isEqualTo((byte) 5);
    view[0] = null;
    PollingAssert.untilCollected("the memory is free", () -> store.usedBytes() == 0);
    assertThat(store.objectCount()).isZero();
  }

  @Test
  void aClosedTensorLetsGoUnlessItsSegmentIsHeld() throws Exception {
    SealedObject object = put(Integer.MAX_VALUE);
    Tensor tensor = Tensor.wrap(object.view(), DType.INT8);
    MemorySegment[] taken = {tensor.segment()};
    tensor.close();
    collect();
    assertThat(object.isPinned()).isTrue();
    taken[0] = null;
    PollingAssert.untilCollected("nobody reads the object", () -> !object.isPinned());
    Reference.reachabilityFence(tensor);
  }

  @Test
  void severalViewsAreOnePinInSharedMemory() throws Exception {
    SealedObject object = put(Integer.MAX_VALUE);
    MemorySegment[] views = {object.view(), object.view()};
    assertThat(object.<Boolean>read(segment -> object.isPinned())).isTrue();
    views[0] = null;
    collect();
    assertThat(object.isPinned()).isTrue();
    views[1] = null;
    PollingAssert.untilCollected("nobody reads the object", () -> !object.isPinned());
  }

  @Test
  void viewsOfLargeObjectsAreReadOnlyMappingsThatOutliveTheStore() {
    SealedObject object = put(1);
    MemorySegment view = object.view();
    assertThat(view.isReadOnly()).isTrue();
    assertThat(view.isMapped()).isTrue();
    store.close();
    ByteBuffer bytes = view.asByteBuffer();
    assertThat(bytes.remaining()).isEqualTo(BYTES);
    assertThat(bytes.get(BYTES - 1)).isEqualTo((byte) 5);
  }

  @Test
  void aFullStoreLetsGoOfCollectedViewsByItself() throws Exception {
    SealedObject object = put(Integer.MAX_VALUE);
    object.view();
    object.free();
    PollingAssert.untilCollected("there is room", () -> {
      try {
        store.create(CAPACITY).abandon();
        return true;
      } catch (StoreFullException full) {
        return false;
      }
    });
  }
}
