package io.mobula.internal.cluster;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;

/**
 * Probe that finds out, with a connection of its own, whether a process listens at a port. Blocks
 * for a second at most.
 *
 * <p>A refusal comes from the host's kernel: the host can be reached, and no process listens at the
 * port. A stopped or overloaded process does not refuse, since the kernel accepts for it. A
 * firewall that rejects connections looks like a refusal: between nodes it must drop them.
 */
final class PortProbe {
  private static final int TIMEOUT_MILLIS = 1_000;

  private PortProbe() {}

  /** Returns whether the host of that address, {@code host:port}, answers and refuses the port. */
  static boolean isRefused(String address) {
    int colon = address.lastIndexOf(':');
    var at = new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
    if (at.isUnresolved()) {
      return false;
    }
    try (var socket = new Socket()) {
      socket.connect(at, TIMEOUT_MILLIS);
      return false;
    } catch (ConnectException e) {
      // also thrown without an answer of the host, such as at a timeout; only the messages differ
      return String.valueOf(e.getMessage()).contains("refused");
    } catch (IOException noAnswer) {
      return false;
    }
  }
}
