package io.mobula.internal.process;

import io.mobula.NodeId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Line by which a child reports that it is up: {@code mobula-ready ADDRESS NODEID}.
 *
 * @param address the address for others, {@code host:port}, or {@code -} if it has none
 * @param node the incarnation of the child's node
 */
public record ReadyNotice(String address, NodeId node) {
  private static final String MARK = "mobula-ready ";

  /** Rejects an address that is blank or contains a space. */
  public ReadyNotice {
    Objects.requireNonNull(node, "node");
    if (address.isBlank() || address.indexOf(' ') >= 0) {
      throw new IllegalArgumentException("Not an address: \"" + address + "\"");
    }
  }

  /** Returns the line that the child writes. */
  public String line() {
    return MARK + address + " " + node;
  }

  /** Parses a line; returns null if it is another line. */
  static @Nullable ReadyNotice parse(String line) {
    if (!line.startsWith(MARK)) {
      return null;
    }
    var words = line.substring(MARK.length()).split(" ", -1);
    try {
      return words.length == 2
          ? new ReadyNotice(words[0], new NodeId(Long.parseUnsignedLong(words[1], 16)))
          : null;
    } catch (IllegalArgumentException otherLine) {
      return null;
    }
  }
}
