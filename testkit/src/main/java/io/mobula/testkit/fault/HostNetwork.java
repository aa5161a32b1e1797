package io.mobula.testkit.fault;

import io.mobula.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/** Where hosts have their addresses, and how they are kept apart. For one thread at a time. */
interface HostNetwork extends AutoCloseable {

  /** {@code host:port} at a host, for a node of that number, where nobody listens. */
  String freeAddress(int host, int node) throws IOException;

  /** The command that a process of a host is started under; empty for none. */
  List<String> launcher(int host);

  /** What nodes are told to be reachable there. */
  Settings settings(Settings settings);

  /**
   * From now on nothing that one host sends to the other arrives, and nobody is told.
   *
   * @throws UnsupportedOperationException where hosts cannot be kept apart
   */
  void cut(int from, int to) throws IOException;

  /** From now on it arrives again. */
  void heal(int from, int to) throws IOException;

  @Override
  void close() throws IOException;

  /** Addresses of the loopback device, which cannot be kept apart. */
  static HostNetwork loopback() {
    return new HostNetwork() {
      @Override
      public String freeAddress(int host, int node) throws IOException {
        var address = "127.0.0." + (host + 2);
        try (var socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
          return address + ":" + socket.getLocalPort();
        }
      }

      @Override
      public List<String> launcher(int host) {
        return List.of();
      }

      @Override
      public Settings settings(Settings settings) {
        return settings;
      }

      @Override
      public void cut(int from, int to) {
        throw new UnsupportedOperationException(
            "Wanted host " + from + " cut off: the cluster was not built with partitions()");
      }

      @Override
      public void heal(int from, int to) {}

      @Override
      public void close() {}
    };
  }
}
