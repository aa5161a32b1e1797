package io.mobula.internal.store;

import java.util.List;

/**
 * A small value as one stretch of bytes, to be sent to another process.
 *
 * @param layout as a sealed object's bytes; see {@code docs/memory-layout.md}
 * @param edges the refs and handles inside
 * @param views whether a reader's value refers to the buffers
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
public record FlatValue(byte[] layout, List<HeldRef> edges, boolean views) {
  /** Copies the list. */
  public FlatValue {
    edges = List.copyOf(edges);
  }
}
