package io.mobula.internal.memory;

import io.mobula.error.StoreException;

/**
 * State of an object in its slot: {@code FREED → CREATED → SEALED → CONDEMNED → FREED}, or
 * {@code CREATED → FREED} when its writer abandons it.
 *
 * <p>The codes are part of the shared layout; a zeroed slot is {@link #FREED}. A spilled object has
 * no slot. An eviction that finds a pin goes back from {@code CONDEMNED} to {@code SEALED}.
 */
enum SlotState {
  /** The slot is empty; the slot and its block may be reused. */
  FREED(0),
  /** One writer fills the block; no thread may read it. */
  CREATED(1),
  /** The content is final and may be pinned and read. */
  SEALED(2),
  /** No new pins are possible; the block is reclaimed when the existing pins are released. */
  CONDEMNED(3);

  private static final SlotState[] BY_CODE = values();
  private final int code;

  SlotState(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /**
   * Returns the state of this code; throws if the code is invalid, as another process's table may
   * be damaged.
   */
  static SlotState of(int code) {
    if (code >= BY_CODE.length) {
      throw new StoreException("An object table is damaged: a slot's state is " + code
          + ", wanted 0 to " + (BY_CODE.length - 1));
    }
    return BY_CODE[code];
  }
}
