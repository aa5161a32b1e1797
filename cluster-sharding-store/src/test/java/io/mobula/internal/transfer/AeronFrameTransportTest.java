package io.mobula.internal.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aeron.Aeron;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.aeron.exceptions.AeronException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A transport whose media driver works only when the test runs it. The clocks of the client are the
 * test's: by those of the machine, Aeron ends a client that has not heard of its driver for 10 s,
 * and a busy machine can stop a test for longer.
 */
@Timeout(60)
class AeronFrameTransportTest {
  private static final Duration UNREACHABLE = Duration.ofMillis(20);
  private static final long LIVENESS_NANOS =
      TimeUnit.HOURS.toNanos(1); // of a client, at the driver

  private final AtomicLong nanos = new AtomicLong(System.nanoTime());

  @TempDir
  Path directory;

  private static MediaDriver driver(String where) {
    return MediaDriver.launch(new MediaDriver.Context()
        .aeronDirectoryName(where)
        .dirDeleteOnShutdown(true)
        .clientLivenessTimeoutNs(LIVENESS_NANOS)
        .publicationUnblockTimeoutNs(2 * LIVENESS_NANOS)
        .threadingMode(ThreadingMode.INVOKER));
  }

  private Aeron client(String where, MediaDriver driver) {
    long started = System.currentTimeMillis();
    return Aeron.connect(new Aeron.Context()
        .aeronDirectoryName(where)
        .nanoClock(nanos::get)
        .epochClock(() -> started)
        .driverAgentInvoker(driver.sharedAgentInvoker())
        .useConductorAgentInvoker(true));
  }

  private static Subscription subscription(MediaDriver driver, Aeron aeron) {
    var subscription = aeron.addSubscription("aeron:udp?endpoint=127.0.0.1:0", 1);
    while (subscription.resolvedEndpoint() == null) {
      driver.sharedAgentInvoker().invoke();
      aeron.conductorAgentInvoker().invoke();
    }
    return subscription;
  }

  @Test
  void thereIsNoWayAnywhereWhileTheMediaDriverDoesNotAnswer() {
    var where = directory.resolve("driver").toString();
    try (var driver = driver(where);
        var aeron = client(where, driver)) {
      var carrier =
          new AeronFrameTransport(aeron, subscription(driver, aeron), "", 1000, UNREACHABLE);

      assertThat(send(carrier)).isEqualTo(FrameTransport.SendResult.BACK_PRESSURED);
      nanos.addAndGet(UNREACHABLE.toNanos());
      assertThat(send(carrier)).isEqualTo(FrameTransport.SendResult.BACK_PRESSURED);
      nanos.incrementAndGet();
      assertThat(send(carrier)).isEqualTo(FrameTransport.SendResult.UNREACHABLE);
    }
  }

  /** Closing writes a command into a file of Aeron's, which has no room here. */
  @Test
  void allConnectionsAreGivenUpThoughNoneCanBeClosed() {
    var where = directory.resolve("driver").toString();
    try (var driver = driver(where);
        var aeron = client(where, driver)) {
      var carrier = new AeronFrameTransport(
          aeron, subscription(driver, aeron), "", 1000, Duration.ofMinutes(1));
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
