package io.mobula.internal.transfer;

import org.jspecify.annotations.Nullable;

/**
 * Endpoints of one node on two transports.
 *
 * @param first the endpoint to use
 * @param standby the endpoint to fall back to, or null if there is none
 */
record EndpointPair(String first, @Nullable String standby) {

  /** Parses the text of {@link io.mobula.spi.ObjectTransfer#endpoint}. */
  static EndpointPair parse(String text) {
    int blank = text.indexOf(' ');
    return blank < 0
        ? new EndpointPair(text, null)
        : new EndpointPair(text.substring(0, blank), text.substring(blank + 1));
  }

  /** Returns whether the endpoint is one of the two. */
  boolean has(String endpoint) {
    return endpoint.equals(first) || endpoint.equals(standby);
  }

  /** Returns the text that {@link #parse} reads. */
  String text() {
    return standby == null ? first : first + " " + standby;
  }
}
