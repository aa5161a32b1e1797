package io.mobula.internal.store;

import static io.mobula.internal.store.EvictionPhase.DISCARDED;
import static io.mobula.internal.store.EvictionPhase.EVICTED;
import static io.mobula.internal.store.EvictionPhase.MEMORY;
import static io.mobula.internal.store.EvictionPhase.RESTORING;
import static io.mobula.internal.store.EvictionPhase.SPILLING;

import org.jspecify.annotations.Nullable;

/**
 * Event in the life of a value that may leave the store's memory, with its row in the table of
 * transitions: the phase that it leads to, and the phases in which it may happen.
 *
 * <pre>
 *              begin                      evict
 *   MEMORY ─────────────▶ SPILLING ─────────────▶ EVICTED
 *     ▲  ▲                   │                    │  ▲
 *     │  └────── stay ───────┘            restore │  │ give up
 *     │                                           ▼  │
 *     └──────────── finish restore ──────────── RESTORING      DISCARDED: from anywhere, by discard
 * </pre>
 */
enum EvictionEvent {
  /** An eviction begins: nobody reads the value. */
  BEGIN(SPILLING, MEMORY),
  /** The eviction is cancelled: the value is read, no disk takes it, or writing failed. */
  STAY(MEMORY, SPILLING),
  /** The bytes have left memory. */
  EVICT(EVICTED, SPILLING),
  /** A reader begins to restore the value. */
  RESTORE(RESTORING, EVICTED),
  /** The bytes are in memory again. */
  FINISH_RESTORE(MEMORY, RESTORING),
  /** The value cannot be restored now: there is no memory, or its copy cannot be read. */
  GIVE_UP(EVICTED, RESTORING),
  /** Every ref to the value was closed. */
  DISCARD(DISCARDED, MEMORY, SPILLING, EVICTED, RESTORING);

  private final EvictionPhase target;
  private final int sources; // one bit for each phase in which the event may happen

  @SuppressWarnings("EnumOrdinal") // a bit in memory, which is never written anywhere
  EvictionEvent(EvictionPhase target, EvictionPhase... sources) {
    this.target = target;
    int bits = 0;
    for (var source : sources) {
      bits |= 1 << source.ordinal();
    }
    this.sources = bits;
  }

  /** Returns the phase after this event, or null if the event is refused in that phase. */
  @SuppressWarnings("EnumOrdinal")
  @Nullable
  EvictionPhase after(EvictionPhase phase) {
    return (sources & (1 << phase.ordinal())) == 0 ? null : target;
  }
}
