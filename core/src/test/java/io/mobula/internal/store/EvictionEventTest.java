package io.mobula.internal.store;

import static io.mobula.internal.store.EvictionPhase.DISCARDED;
import static io.mobula.internal.store.EvictionPhase.EVICTED;
import static io.mobula.internal.store.EvictionPhase.MEMORY;
import static io.mobula.internal.store.EvictionPhase.RESTORING;
import static io.mobula.internal.store.EvictionPhase.SPILLING;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Test of the whole table of phases and events of an eviction. */
class EvictionEventTest {
  private static final Map<EvictionPhase, Map<EvictionEvent, EvictionPhase>> TABLE = Map.of(
      MEMORY, Map.of(EvictionEvent.BEGIN, SPILLING, EvictionEvent.DISCARD, DISCARDED),
      SPILLING,
          Map.of(
              EvictionEvent.STAY, MEMORY,
              EvictionEvent.EVICT, EVICTED,
              EvictionEvent.DISCARD, DISCARDED),
      EVICTED, Map.of(EvictionEvent.RESTORE, RESTORING, EvictionEvent.DISCARD, DISCARDED),
      RESTORING,
          Map.of(
              EvictionEvent.FINISH_RESTORE, MEMORY,
              EvictionEvent.GIVE_UP, EVICTED,
              EvictionEvent.DISCARD, DISCARDED),
      DISCARDED, Map.of());

  @Test
  void eachEventHappensInItsPhasesAndIsRefusedInAllOthers() {
    for (var phase : EvictionPhase.values()) {
      var happened = new EnumMap<EvictionEvent, EvictionPhase>(EvictionEvent.class);
      for (var event : EvictionEvent.values()) {
        var next = event.after(phase);
        if (next != null) {
          happened.put(event, next);
        }
      }
      assertThat(happened).as("in %s", phase).isEqualTo(TABLE.get(phase));
    }
  }
}
