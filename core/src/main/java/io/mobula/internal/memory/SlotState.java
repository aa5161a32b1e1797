package io.mobula.internal.memory;

import io.mobula.error.StoreException;

/**
 * The life of an object in its slot: {@code FREED → CREATED → SEALED → CONDEMNED → FREED}, or
 * {@code CREATED → FREED} when its writer gives up.
 *
 * <p>The codes are part of the shared layout; a zeroed slot is {@link #FREED}. What is spilled has
 * no slot. An eviction that finds a pin goes back from {@code CONDEMNED} to {@code SEALED}.
 */
enum SlotState {
  /** Nothing is here; the slot and its block may be used again. */
  FREED(0),
  /** One writer fills the block; nobody may read it. */
  CREATED(1),
  /** The content is final and may be pinned and read. */
  SEALED(2),
  /** No new pins; the block goes back when the pins there are have gone. */
  CONDEMNED(3);

  private static final SlotState[] BY_CODE = values();
  private final int code;

  SlotState(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  /** The state of this code; another process's table may be damaged and hold none. */
  static SlotState of(int code) {
    if (code >= BY_CODE.length) {
      throw new StoreException("An object table is damaged: a slot's state is " + code
          + ", wanted 0 to " + (BY_CODE.length - 1));
    }
    return BY_CODE[code];
  }
}
