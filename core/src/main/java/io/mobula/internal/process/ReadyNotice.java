package io.mobula.internal.process;

import io.mobula.NodeId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The line by which a child says that it is up: {@code mobula-ready ADDRESS NODEID}.
 *
 * @param address where others reach it, {@code host:port}, or {@code -} where nobody can
 * @param node its incarnation
 */
public record ReadyNotice(String address, NodeId node) {
  private static final String MARK = "mobula-ready ";

  /** Refuses an address that is none. */
  public ReadyNotice {
    Objects.requireNonNull(node, "node");
    if (address.isBlank() || address.indexOf(' ') >= 0) {
      throw new IllegalArgumentException("Not an address: \"" + address + "\"");
    }
  }

  /** The line. */
  public String line() {
    return MARK + address + " " + node;
  }

  /** What a line says, or null if it is another. */
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
