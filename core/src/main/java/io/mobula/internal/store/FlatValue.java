package io.mobula.internal.store;

import java.util.List;

/**
 * Small value as one array of bytes, to be sent to another process.
 *
 * @param layout the bytes, laid out as in a sealed object; see {@code docs/memory-layout.md}
 * @param edges the refs and handles inside
 * @param views whether a reader's value refers to the buffers
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record FlatValue(byte[] layout, List<HeldRef> edges, boolean views) {
  /** Copies the list of edges. */
  public FlatValue {
    edges = List.copyOf(edges);
  }
}
