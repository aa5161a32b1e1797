package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.PollingAssert;
import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Test of the memory that closing tensors frees, with a store of 16 MiB, and of the memory that
 * only the garbage collector frees.
 */
@Timeout(60)
class ClosedTensorsTest {
  private static final int LARGE = 300_000;

  private MobulaRuntime runtime;

  @BeforeEach
  void open() {
    runtime = Mobula.init(
        Mobula.settings().cpus(2).storeCapacity(16L << 20).set("mobula.store.full-timeout", "20s"));
  }

  @AfterEach
  void close() {
    runtime.close();
  }

  private static Tensor tensor(float value) {
    var numbers = new float[LARGE];
    numbers[0] = value;
    numbers[LARGE - 1] = value;
    return Tensor.of(numbers);
  }

  private long objects() {
    return runtime.storeUsage().objects();
  }

  @Test
  void memoryIsFreeWhenRefAndTensorAreClosedInEitherOrder() {
    var first = runtime.put(tensor(1));
    var view = first.get();
    view.close();
    first.close();
    assertThat(objects()).isZero();

    var second = runtime.put(tensor(2));
    var kept = second.get();
    second.close();
    assertThat(kept.getFloat(LARGE - 1)).isEqualTo(2);
    assertThat(objects()).isEqualTo(1);
    kept.close();
    assertThat(objects()).isZero();
  }

  @Test
  void readersOfOneValueCloseApart() {
    var ref = runtime.put(tensor(3));
    var one = ref.get();
    var two = ref.get();
    ref.close();
    one.close();
    one.close(); // closing again does nothing
    assertThatThrownBy(() -> one.getFloat(0)).isInstanceOf(IllegalStateException.class);
    assertThat(two.getFloat(0)).isEqualTo(3);
    two.close();
    assertThat(objects()).isZero();
  }

  @Test
  void aValueIsReadAgainAfterAllItsTensorsWereClosed() {
    try (var ref = runtime.put(tensor(4))) {
      for (int i = 0; i < 3; i++) {
        try (var view = ref.get()) {
          assertThat(view.getFloat(LARGE - 1)).isEqualTo(4);
        }
      }
    }
    assertThat(objects()).isZero();
  }

  @Test
  void allTensorsOfAValueHaveToBeClosed() {
    var ref = runtime.put(List.of(tensor(5), tensor(6)));
    var views = ref.get();
    ref.close();
    views.get(0).close();
    assertThat(objects()).isEqualTo(1);
    assertThat(views.get(1).getFloat(0)).isEqualTo(6);
    views.get(1).close();
    assertThat(objects()).isZero();
  }

  @Test
  void whatWasTakenOfATensorOutlivesItsClose() throws Exception {
    var ref = runtime.put(tensor(7));
    assertThat(read(ref)).isEqualTo(7);
    ref.close();
    PollingAssert.untilCollected("it is free", () -> objects() == 0);
  }

  private static float read(ObjectRef<Tensor> ref) {
    FloatBuffer buffer;
    try (var view = ref.get()) {
      buffer = view.asFloatBuffer();
    }
    Tensor slice;
    try (var view = ref.get()) {
      slice = view.slice(LARGE - 1, LARGE);
    }
    assertThat(slice.getFloat(0)).isEqualTo(buffer.get(0));
    return buffer.get(LARGE - 1);
  }

  @Test
  void whatIsPassedOnIsNoReasonToWaitForACollector() throws Exception {
    var ref = runtime.put(tensor(8));
    try (var view = ref.get();
        var result = runtime.task((Tensor t) -> t.getFloat(0), view).remote()) {
      assertThat(result.get()).isEqualTo(8f);
    }
    ref.close();
    // the task releases the value shortly after its result is ready
    PollingAssert.untilEqual(0L, this::objects);
  }

  @Test
  void forgottenTensorsGoWithTheCollector() throws Exception {
    runtime.put(tensor(9)).get();
    PollingAssert.untilCollected("it is free", () -> objects() == 0);
  }

  @Test
  void aLoopThatClosesWhatItReadsUsesTheSameMemoryAgain() throws Exception {
    var value = tensor(1);
    for (int i = 0; i < 40; i++) {
      try (var ref = runtime.put(value);
          var sum = runtime
              .task((Tensor t) -> t.getFloat(0) + t.getFloat(LARGE - 1), ref)
              .remote();
          var view = ref.get()) {
        assertThat(sum.get()).isEqualTo(2f);
        assertThat(view.getFloat(0)).isEqualTo(1);
      }
      // the task ends shortly after its result is ready
      PollingAssert.untilEqual(0L, this::objects);
    }
  }
}
