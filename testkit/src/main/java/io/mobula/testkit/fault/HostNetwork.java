package io.mobula.testkit.fault;

import io.mobula.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;

/**
 * Network of the hosts of a cluster: their addresses, and partitions between them. For one thread
 * at a time.
 */
interface HostNetwork extends AutoCloseable {

  /** Returns a free {@code host:port} at a host, for the node of that number. */
  String freeAddress(int host, int node) throws IOException;

  /** Returns the command under which a process of a host is started; empty for none. */
  List<String> launcher(int host);

  /** Returns settings with which nodes are reachable in this network. */
  Settings settings(Settings settings);

  /**
   * Silently drops everything that one host sends to another from now on.
   *
   * @throws UnsupportedOperationException where hosts cannot be partitioned
   */
  void cut(int from, int to) throws IOException;

  /** Delivers everything that one host sends to another again. */
  void heal(int from, int to) throws IOException;

  @Override
  void close() throws IOException;

  /** Returns a network of loopback addresses, which cannot be partitioned. */
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
