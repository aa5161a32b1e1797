package io.mobula.testkit.fault;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Proxy in front of one node's TCP port, to which others connect in the place of that port. It can
 * reset connections, close one direction of them, and slow them down. While nothing listens at the
 * node's port it refuses connections, as the node's host would. Safe for all threads.
 */
final class ConnectionProxy implements Closeable {
  private static final int CHUNK = 64 << 10;
  private static final int SLOW_CHUNK = 2 << 10;
  private static final int LIMIT_MILLIS = 5_000;
  private static final long BETWEEN_LOOKS_MILLIS = 50;

  private final InetSocketAddress address;
  private final InetSocketAddress node;
  private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
  private final AtomicInteger disturbed = new AtomicInteger();
  private volatile long bytesPerSecond;
  private volatile boolean closed;
  private volatile ServerSocket listening;

  /** Disturbance of a connection as the next bytes pass through it. */
  private enum Disturbance {
    NONE,
    RESET,
    HALF_CLOSE
  }

  private ConnectionProxy(InetSocketAddress address, InetSocketAddress node) throws IOException {
    this.address = address;
    this.node = node;
    this.listening = new ServerSocket();
  }

  /**
   * Starts a proxy between two addresses.
   *
   * @param address the address to which others connect
   * @param node the address at which the node listens, now or later
   */
  static ConnectionProxy start(InetSocketAddress address, InetSocketAddress node)
      throws IOException {
    var proxy = new ConnectionProxy(address, node);
    Thread.ofVirtual().name("proxy-" + address.getPort()).start(proxy::run);
    return proxy;
  }

  /**
   * Resets each present connection in the midst of the next bytes that pass through it.
   *
   * @return the number of connections
   */
  int resetAll() {
    return disturb(Disturbance.RESET);
  }

  /**
   * Closes one direction of each present connection in the midst of the next bytes that pass
   * through it. What is sent in that direction afterwards is lost.
   *
   * @return the number of connections
   */
  int halfCloseAll() {
    return disturb(Disturbance.HALF_CLOSE);
  }

  private int disturb(Disturbance how) {
    int count = 0;
    for (var connection : connections) {
      connection.disturb(how);
      count++;
    }
    return count;
  }

  /** Limits the speed of each direction of each connection; zero for no limit. */
  void limitSpeed(long bytes) {
    bytesPerSecond = bytes;
  }

  /** Returns how many connections have been reset or half-closed so far. */
  int disturbed() {
    return disturbed.get();
  }

  private void run() {
    while (!closed) {
      try {
        awaitNode();
        accept();
      } catch (IOException broken) { // the port was taken for a moment, or the proxy is closing
        pause(BETWEEN_LOOKS_MILLIS);
      }
    }
  }

  /** Waits until something listens at the node's port. */
  private void awaitNode() {
    while (!closed) {
      try (var _ = connect()) {
        return;
      } catch (IOException refused) {
        pause(BETWEEN_LOOKS_MILLIS);
      }
    }
  }

  private Socket connect() throws IOException {
    var socket = new Socket();
    try {
      socket.connect(node, LIMIT_MILLIS);
      socket.setTcpNoDelay(true);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Accepts connections until nothing listens at the node's port. */
  private void accept() throws IOException {
    try (var server = new ServerSocket()) {
      server.setReuseAddress(true);
      server.bind(address);
      listening = server;
      while (!closed) {
        var client = server.accept();
        try {
          client.setTcpNoDelay(true);
          new Connection(client, connect()).start();
        } catch (IOException refused) {
          reset(client);
          return;
        }
      }
    }
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes a socket so that its peer sees a reset. */
  private static void reset(Socket socket) {
    try (socket) {
      socket.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException ended) {
      return; // its peer has closed it already
    }
  }

  /** Connection of another process to the node: two sockets, and a thread for each direction. */
  private final class Connection {
    private final Socket client;
    private final Socket server;
    private final AtomicInteger open = new AtomicInteger(2);
    private Disturbance next = Disturbance.NONE; // guarded by the monitor

    Connection(Socket client, Socket server) {
      this.client = client;
      this.server = server;
    }

    void start() {
      connections.add(this);
      if (closed) {
        reset();
      }
      Thread.ofVirtual().name("proxy-in").start(() -> copy(client, server));
      Thread.ofVirtual().name("proxy-out").start(() -> copy(server, client));
    }

    private void copy(Socket from, Socket to) {
      try {
        copyUntilEnd(from, to);
        to.shutdownOutput();
      } catch (IOException broken) {
        reset();
      } finally {
        if (open.decrementAndGet() == 0) {
          reset();
        }
      }
    }

    private void copyUntilEnd(Socket from, Socket to) throws IOException {
      var bytes = new byte[CHUNK];
      boolean lost = false;
      while (true) {
        long speed = bytesPerSecond;
        int count = from.getInputStream().read(bytes, 0, speed == 0 ? CHUNK : SLOW_CHUNK);
        if (count < 0) {
          return;
        }
        var how = lost ? Disturbance.NONE : take();
        if (how != Disturbance.NONE) {
          to.getOutputStream().write(bytes, 0, count / 2);
          disturbed.incrementAndGet();
        }
        switch (how) {
          case RESET -> {
            reset();
            return;
          }
          case HALF_CLOSE -> {
            to.shutdownOutput();
            lost = true;
          }
          case NONE -> {
            if (!lost) {
              to.getOutputStream().write(bytes, 0, count);
            }
          }
        }
        if (speed > 0) {
          pause(Math.max(1, TimeUnit.SECONDS.toMillis(count) / speed));
        }
      }
    }

    synchronized void disturb(Disturbance how) {
      next = how;
    }

    private synchronized Disturbance take() {
      var taken = next;
      next = Disturbance.NONE;
      return taken;
    }

    private void reset() {
      connections.remove(this);
      ConnectionProxy.reset(client);
      ConnectionProxy.reset(server);
    }
  }

  /** Closes all connections and stops listening. */
  @Override
  public void close() throws IOException {
    closed = true;
    listening.close();
    connections.forEach(Connection::reset);
  }
}
