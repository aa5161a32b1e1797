package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import io.aeron.Aeron;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
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

  private static FrameTransport.SendResult send(AeronFrameTransport carrier) {
    return carrier.send("aeron:127.0.0.1:9", 100, (buffer, offset) -> {});
  }
}
