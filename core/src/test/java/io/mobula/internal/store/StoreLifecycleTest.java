package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.error.RuntimeClosedException;
import org.junit.jupiter.api.Test;

class StoreLifecycleTest {
  private final StoreLifecycle lifecycle = new StoreLifecycle(new NodeId(1));

  @Test
  void servesAllRequestsAtFirst() {
    assertThat(lifecycle.isOpen()).isTrue();
    assertThatCode(lifecycle::requireOpen).doesNotThrowAnyException();
    assertThatCode(lifecycle::requireMemory).doesNotThrowAnyException();
  }

  @Test
  void keepsItsMemoryWhileItLeavesAndTellsTheFirstReason() {
    lifecycle.leave("it was drained");
    lifecycle.leave("it was closed twice");
    assertThat(lifecycle.isOpen()).isFalse();
    assertThatThrownBy(lifecycle::requireOpen)
        .isInstanceOf(RuntimeClosedException.class)
        .hasMessageContaining("it was drained");
    assertThatCode(lifecycle::requireMemory).doesNotThrowAnyException();
  }

  @Test
  void neverOpensAgain() {
    lifecycle.close();
    lifecycle.leave("it was drained");
    assertThat(lifecycle.isOpen()).isFalse();
    assertThatThrownBy(lifecycle::requireOpen).hasMessageContaining("it was closed");
    assertThatThrownBy(lifecycle::requireMemory).isInstanceOf(RuntimeClosedException.class);
  }
}
