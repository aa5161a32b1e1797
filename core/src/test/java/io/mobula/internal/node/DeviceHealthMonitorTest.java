package io.mobula.internal.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.internal.ledger.DeviceShare;
import io.mobula.placement.Resources;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceProbe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Tests that exceptions of a probe, which is foreign code, do no harm. */
class DeviceHealthMonitorTest {
  private static final Device WELL =
      new Device(0, "gpu-1", "model", 1 << 30, "9.0", Map.of(), Optional.empty());
  private static final Device ILL =
      new Device(0, "gpu-1", "model", 1 << 30, "9.0", Map.of(), Optional.of("on fire"));

  /** Probe that follows a script and repeats the last step for ever. */
  private static final class Scripted implements DeviceProbe {
    private final BlockingQueue<Supplier<DetectedDevices>> looks = new LinkedBlockingQueue<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    Scripted(List<Supplier<DetectedDevices>> looks) {
      this.looks.addAll(looks);
    }

    @Override
    public DetectedDevices probe() {
      return (looks.size() > 1 ? looks.remove() : looks.element()).get();
    }

    @Override
    public void close() {
      closed.countDown();
      throw new IllegalStateException("close");
    }
  }

  private static DeviceProbe.DetectedDevices found(Device device) {
    return new DeviceProbe.DetectedDevices(List.of(device), List.of());
  }

  @Test
  void goesOnAfterALookThatFails() throws Exception {
    var probe = new Scripted(List.of(
        () -> {
          throw new IllegalStateException("look");
        },
        () -> {
          throw new StackOverflowError();
        },
        () -> null,
        () -> found(ILL)));
    var told = new LinkedBlockingQueue<List<Device>>();
    var shares = DeviceShare.of(List.of(WELL), Resources.UNITS_PER_ONE);
    var watch = DeviceHealthMonitor.start(probe, shares, Duration.ofMillis(1), told::add);
    assertThat(told.poll(30, TimeUnit.SECONDS)).containsExactly(ILL);
    watch.close();
    assertThat(probe.closed.await(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aProbeThatFailsAsTheNodeStartsHasFoundWhatTheSettingsName() {
    List<Supplier<DeviceProbe>> probes = List.of(
        () -> new Scripted(List.of(() -> {
          throw new IllegalStateException("look");
        })),
        () -> new Scripted(List.of(() -> null)),
        () -> null,
        () -> {
          throw new NoClassDefFoundError("driver");
        });
    for (var probe : probes) {
      assertThat(GpuConfig.probedDevices(declared -> probe.get(), OptionalInt.empty()))
          .isEmpty();
      assertThat(GpuConfig.probedDevices(declared -> probe.get(), OptionalInt.of(2)))
          .extracting(Device::index)
          .containsExactly(0, 1);
    }
    assertThat(GpuConfig.probedDevices(
            declared -> new Scripted(List.of(() -> found(WELL))), OptionalInt.empty()))
        .containsExactly(WELL);
  }
}
