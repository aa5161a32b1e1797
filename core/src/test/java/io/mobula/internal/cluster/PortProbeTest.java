package io.mobula.internal.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

/** Tests that a port is refused when nobody listens, and not when a listener never answers. */
class PortProbeTest {

  @Test
  void aPortThatSomebodyHasIsNotRefusedThoughNobodyAccepts() throws IOException {
    try (var somebody = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      assertThat(PortProbe.isRefused("127.0.0.1:" + somebody.getLocalPort())).isFalse();
    }
  }

  @Test
  void aPortThatNobodyHasAnyMoreIsRefused() throws IOException {
    int port;
    try (var nobody = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      port = nobody.getLocalPort();
    }
    assertThat(PortProbe.isRefused("127.0.0.1:" + port)).isTrue();
  }

  @Test
  void aHostThatIsNotKnownRefusesNothing() {
    assertThat(PortProbe.isRefused("no-such-host.invalid:7171")).isFalse();
  }
}
