package io.mobula.ps.internal.heap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.error.HeapException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeapAdmissionTest {
  private final LimitedHeap heap = new LimitedHeap();
  private final HeapAdmission room = heap.room();

  @Test
  void refusesBeforeAnythingIsAllocatedAndNamesBytesAndHeap() {
    heap.freeBytes(1000);
    assertThatThrownBy(() -> room.allocate("state of t on shard 1", 1001, () -> {
          throw new AssertionError("allocated");
        }))
        .isInstanceOf(HeapException.class)
        .hasMessageContaining("state of t on shard 1: it takes 1001 bytes, 67109864 of 1073741824");
    assertThat(room.<String>allocate("a", 1000, () -> "made")).isEqualTo("made");
  }

  @Test
  void collectsGarbageBeforeItRefuses() {
    heap.freeBytes(10).freeAfterCollection(5000);
    assertThatCode(() -> room.require("a", 5000)).doesNotThrowAnyException();
    assertThat(heap.collections()).isEqualTo(1);
  }

  @Test
  void frequentRequestsDoNotCollectAgainWhereACollectionHasJustLeftTooLittle() {
    heap.freeBytes(10).collectionsTake(Duration.ofMillis(50)); // quick for half a second
    for (int i = 0; i < 100; i++) {
      assertThatThrownBy(() -> room.requireQuickly("a", 5000)).isInstanceOf(HeapException.class);
    }
    assertThat(heap.collections()).isLessThan(10);
    assertThatThrownBy(() -> room.require("a", 5000)).isInstanceOf(HeapException.class);
    heap.freeAfterCollection(5000);
    assertThatCode(() -> room.require("a", 5000)).doesNotThrowAnyException();
  }

  @Test
  void briefAllocationsAreRefusedOnlyWhereTheHeapCouldNeverHaveThem() {
    heap.freeBytes(10);
    assertThat(room.<String>allocateBriefly("a", 5000, () -> "made")).isEqualTo("made");
    assertThatThrownBy(() -> room.allocateBriefly("a", 1L << 30, () -> "made"))
        .isInstanceOf(HeapException.class);
    assertThat(heap.collections()).isZero();
  }

  @Test
  void doesNotCollectForWhatTheHeapCannotEverHave() {
    assertThatThrownBy(() -> room.require("a", 2L << 30)).isInstanceOf(HeapException.class);
    assertThat(heap.collections()).isZero();
  }

  @Test
  void admitsWhatMayFitWhereTheJvmDoesNotCollectOnRequest() {
    heap.freeBytes(10).withoutCollections();
    assertThatCode(() -> room.require("a", 5000)).doesNotThrowAnyException();
  }

  @Test
  void anErrorOfTheAllocationIsTyped() {
    assertThatThrownBy(() -> room.allocate("a", 1, () -> {
          throw new OutOfMemoryError("Java heap space");
        }))
        .isInstanceOf(HeapException.class)
        .hasMessageContaining("a: Java heap space")
        .hasCauseInstanceOf(OutOfMemoryError.class);
  }
}
