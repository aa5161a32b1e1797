package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class StoreListenersTest {
  private final StoreListeners listeners = new StoreListeners();
  private final ArrayList<String> told = new ArrayList<>();

  @Test
  void eachListenerIsToldOfItsOwnNews() {
    listeners.onReclaim(() -> told.add("reclaimed"));
    listeners.onCapacityRequest(bytes -> told.add("wanted " + bytes));
    listeners.onClose(() -> told.add("closed"));
    listeners.notifyReclaimed();
    listeners.requestCapacity(7);
    listeners.notifyClosed();
    assertThat(told).containsExactly("reclaimed", "wanted 7", "closed");
  }

  @Test
  void aListenerThatThrowsKeepsNoOtherFromBeingTold() {
    listeners.onReclaim(() -> {
      throw new IllegalStateException("mine");
    });
    listeners.onReclaim(() -> told.add("reclaimed"));
    listeners.onCapacityRequest(bytes -> {
      throw new IllegalStateException("mine");
    });
    listeners.onCapacityRequest(bytes -> told.add("wanted " + bytes));
    listeners.notifyReclaimed();
    listeners.requestCapacity(1);
    assertThat(told).containsExactly("reclaimed", "wanted 1");
  }
}
