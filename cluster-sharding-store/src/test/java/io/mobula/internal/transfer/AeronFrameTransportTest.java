package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A transport whose media driver works only when the test runs it. */
@Timeout(60)
class AeronFrameTransportTest {
  // shorter than the time after which Aeron ends a client
  private static final long LIMIT = TimeUnit.SECONDS.toNanos(3);

  @TempDir
  Path directory;

  @Test
  void thereIsNoWayAnywhereWhileTheMediaDriverDoesNotAnswer() {
    var where = directory.resolve("driver").toString();
    try (var driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(where)
            .dirDeleteOnShutdown(true)
            .threadingMode(ThreadingMode.INVOKER));
        var aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(where)
            .driverAgentInvoker(driver.sharedAgentInvoker())
            .useConductorAgentInvoker(true))) {
      var subscription = aeron.addSubscription("aeron:udp?endpoint=127.0.0.1:0", 1);
      while (subscription.resolvedEndpoint() == null) {
        driver.sharedAgentInvoker().invoke();
        aeron.conductorAgentInvoker().invoke();
      }
      var carrier = new AeronFrameTransport(aeron, subscription, "", 1000, Duration.ofMillis(20));

      long start = System.nanoTime();
      var sendResult = send(carrier);
      assertThat(sendResult).isEqualTo(FrameTransport.SendResult.BACK_PRESSURED);
      while (sendResult == FrameTransport.SendResult.BACK_PRESSURED
          && System.nanoTime() - start < LIMIT) {
        aeron.conductorAgentInvoker().invoke();
        sendResult = send(carrier);
      }

      assertThat(sendResult).isEqualTo(FrameTransport.SendResult.UNREACHABLE);
    }
  }

  /** Closing writes a command into a file of Aeron's, which has no room here. */
  @Test
  void allConnectionsAreGivenUpThoughNoneCanBeClosed() {
    var where = directory.resolve("driver").toString();
    try (var driver = MediaDriver.launch(new MediaDriver.Context()
            .aeronDirectoryName(where)
            .dirDeleteOnShutdown(true)
            .threadingMode(ThreadingMode.INVOKER));
        var aeron = Aeron.connect(new Aeron.Context()
            .aeronDirectoryName(where)
            .driverAgentInvoker(driver.sharedAgentInvoker())
            .useConductorAgentInvoker(true))) {
      var subscription = aeron.addSubscription("aeron:udp?endpoint=127.0.0.1:0", 1);
      while (subscription.resolvedEndpoint() == null) {
        driver.sharedAgentInvoker().invoke();
        aeron.conductorAgentInvoker().invoke();
      }
      var carrier = new AeronFrameTransport(aeron, subscription, "", 1000, Duration.ofMinutes(1));
      int opened = 0;
      try {
        while (send(carrier, "aeron:127.0.0.1:" + (1 + opened))
            == FrameTransport.SendResult.BACK_PRESSURED) {
          opened++;
        }
      } catch (AeronException full) { // the media driver takes no commands out of its file
        assertThat(opened).isPositive();
      }
      assertThatThrownBy(() -> carrier.disconnect("aeron:127.0.0.1:1"))
          .as("closing one")
          .isInstanceOf(AeronException.class);

      carrier.disconnectAll();

      carrier.disconnect("aeron:127.0.0.1:2"); // it is not known any more
    }
  }

  private static FrameTransport.SendResult send(AeronFrameTransport carrier) {
    return send(carrier, "aeron:127.0.0.1:9");
  }

  private static FrameTransport.SendResult send(AeronFrameTransport carrier, String to) {
    return carrier.send(to, 100, (buffer, offset) -> {});
  }
}
