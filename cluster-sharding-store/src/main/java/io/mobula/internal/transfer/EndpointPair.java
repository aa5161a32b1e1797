package io.mobula.internal.transfer;

import org.jspecify.annotations.Nullable;

/**
 * Where one node is reached over two carriers.
 *
 * @param first the one to use
 * @param standby the one to fall back to, or null if there is none
 */
record EndpointPair(String first, @Nullable String standby) {

  /** Reads what {@link io.mobula.spi.ObjectTransfer#endpoint} says. */
  static EndpointPair parse(String text) {
    int blank = text.indexOf(' ');
    return blank < 0
        ? new EndpointPair(text, null)
        : new EndpointPair(text.substring(0, blank), text.substring(blank + 1));
  }

  /** Whether this is one of the two. */
  boolean has(String endpoint) {
    return endpoint.equals(first) || endpoint.equals(standby);
  }

  /** What {@link #parse} reads. */
  String text() {
    return standby == null ? first : first + " " + standby;
  }
}
