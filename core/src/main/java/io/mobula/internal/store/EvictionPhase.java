package io.mobula.internal.store;

/**
 * Phase of a value that may leave the store's memory; {@link EvictionEvent} has the transitions.
 */
enum EvictionPhase {
  /** The bytes are in memory. */
  MEMORY,
  /** The bytes are in memory, and a thread writes them to a disk or is about to drop them. */
  SPILLING,
  /** The bytes are on a disk or at another node. */
  EVICTED,
  /** A thread reads the bytes back into memory. */
  RESTORING,
  /** Every ref to the value was closed. */
  DISCARDED
}
