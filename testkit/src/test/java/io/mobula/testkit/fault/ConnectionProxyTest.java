package io.mobula.testkit.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionProxyTest {
  private static final int MESSAGE = 1_000;

  private ServerSocket node;
  private InetSocketAddress address;
  private ConnectionProxy proxy;

  @BeforeEach
  void start() throws IOException {
    node = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      address = (InetSocketAddress) free.getLocalSocketAddress();
    }
    proxy = ConnectionProxy.start(address, (InetSocketAddress) node.getLocalSocketAddress());
    node.accept().close(); // the proxy has looked whether the node listens
  }

  @AfterEach
  void end() throws IOException {
    proxy.close();
    node.close();
  }

  /** Connection through the proxy: the socket of the other process, and that of the node. */
  private record Ends(Socket other, Socket node) implements AutoCloseable {
    @Override
    public void close() throws IOException {
      other.close();
      node.close();
    }
  }

  private Ends connect() throws Exception {
    while (true) {
      try {
        return new Ends(new Socket(address.getAddress(), address.getPort()), node.accept());
      } catch (ConnectException notYet) {
        Thread.onSpinWait();
      }
    }
  }

  private static void send(Socket from, Socket to) throws IOException {
    from.getOutputStream().write(new byte[MESSAGE]);
    assertThat(to.getInputStream().readNBytes(MESSAGE)).hasSize(MESSAGE);
  }

  @Test
  void passesBytesOnInBothDirections() throws Exception {
    try (var ends = connect()) {
      send(ends.other(), ends.node());
      send(ends.node(), ends.other());
      ends.other().shutdownOutput();
      assertThat(ends.node().getInputStream().read()).isNegative();
      send(ends.node(), ends.other());
    }
    assertThat(proxy.disturbed()).isZero();
  }

  @Test
  void aConnectionIsResetInTheMidstOfAMessage() throws Exception {
    try (var ends = connect()) {
      send(ends.other(), ends.node());
      assertThat(proxy.resetAll()).isOne();
      ends.other().getOutputStream().write(new byte[MESSAGE]);
      assertThatThrownBy(() -> ends.other().getInputStream().read())
          .isInstanceOf(SocketException.class);
      assertThat(readToEnd(ends.node())).isLessThan(MESSAGE);
      assertThat(proxy.disturbed()).isOne();
    }
    try (var again = connect()) {
      send(again.other(), again.node());
    }
  }

  /** Returns how many bytes come before the connection ends, in whatever way. */
  private static int readToEnd(Socket of) throws IOException {
    int count = 0;
    try {
      while (of.getInputStream().read() >= 0) {
        count++;
      }
    } catch (SocketException reset) {
      return count;
    }
    return count;
  }

  @Test
  void aConnectionIsHalfClosedInTheMidstOfAMessage() throws Exception {
    try (var ends = connect()) {
      assertThat(proxy.halfCloseAll()).isOne();
      ends.other().getOutputStream().write(new byte[MESSAGE]);
      assertThat(readToEnd(ends.node())).isEqualTo(MESSAGE / 2);
      ends.other().getOutputStream().write(new byte[MESSAGE]); // is lost
      send(ends.node(), ends.other());
    }
  }

  @Test
  void aSlowConnectionCarriesNoMoreThanItMay() throws Exception {
    try (var ends = connect()) {
      proxy.limitSpeed(20_000);
      send(ends.other(), ends.node()); // whoever reads now has read the limit
      long begun = System.nanoTime();
      for (int i = 0; i < 10; i++) {
        ends.other().getOutputStream().write(new byte[MESSAGE]);
      }
      assertThat(ends.node().getInputStream().readNBytes(10 * MESSAGE)).hasSize(10 * MESSAGE);
      assertThat(Duration.ofNanos(System.nanoTime() - begun))
          .isGreaterThan(Duration.ofMillis(300)); // half a second, less the last piece
    }
  }

  @Test
  void refusesConnectionsWhileNothingListensAtTheNode() throws Exception {
    connect().close();
    var at = (InetSocketAddress) node.getLocalSocketAddress();
    node.close();
    while (true) {
      try {
        new Socket(address.getAddress(), address.getPort()).close();
      } catch (ConnectException refused) {
        break;
      }
    }
    node = new ServerSocket();
    node.setReuseAddress(true);
    node.bind(at);
    node.accept().close();
    try (var ends = connect()) {
      send(ends.other(), ends.node());
    }
  }
}
