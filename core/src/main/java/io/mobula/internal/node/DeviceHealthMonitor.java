package io.mobula.internal.node;

import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.ledger.DeviceShare;
import io.mobula.spi.Device;
import io.mobula.spi.DeviceProbe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Monitor that probes a node's accelerators at intervals, on a thread of its own since drivers
 * block, and reports when one becomes unhealthy or healthy.
 */
final class DeviceHealthMonitor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceHealthMonitor.class);

  private final DeviceProbe probe;
  private final Duration interval;
  private final Consumer<List<Device>> changed;
  private final Map<String, Device> known = new HashMap<>();
  private final CountDownLatch closed = new CountDownLatch(1);

  private DeviceHealthMonitor(
      DeviceProbe probe,
      List<DeviceShare> shares,
      Duration interval,
      Consumer<List<Device>> changed) {
    this.probe = probe;
    this.interval = interval;
    this.changed = changed;
    shares.forEach(share -> known.put(share.device().uuid(), share.device()));
  }

  /**
   * Starts a monitor, which closes the probe when it ends.
   *
   * @param shares the devices to monitor, in their last known state
   * @param changed is told all devices that have changed, on a thread that may be blocked
   */
  static DeviceHealthMonitor start(
      DeviceProbe probe,
      List<DeviceShare> shares,
      Duration interval,
      Consumer<List<Device>> changed) {
    var watch = new DeviceHealthMonitor(probe, shares, interval, changed);
    Thread.ofPlatform().daemon().name("mobula-devices").start(watch::run);
    return watch;
  }

  private void run() {
    Set<String> said = Set.of();
    try {
      while (!closed.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
        said = look(said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close(probe);
    }
  }

  /** Probes once and logs warnings that were not logged before; returns all present warnings. */
  private Set<String> look(Set<String> said) {
    DeviceProbe.DetectedDevices detectedDevices;
    try {
      detectedDevices = Objects.requireNonNull(probe.probe(), "the probe has given null");
    } catch (Throwable broken) { // the probe is foreign code and may succeed next time
      detectedDevices = new DeviceProbe.DetectedDevices(
          List.copyOf(known.values()),
          List.of("they cannot be inspected: " + CapturedThrowable.textOf(broken)));
    }
    var warnings = Set.copyOf(detectedDevices.warnings());
    for (var warning : warnings) {
      if (!said.contains(warning)) {
        LOG.warn("Accelerators: {}", warning);
      }
    }
    compare(detectedDevices.devices());
    return warnings;
  }

  /** Closes a probe; whatever it throws is logged. */
  static void close(DeviceProbe probe) {
    try {
      probe.close();
    } catch (Throwable broken) {
      LOG.warn("A probe of accelerators cannot be closed: {}", CapturedThrowable.textOf(broken));
    }
  }

  private void compare(List<Device> found) {
    Map<String, Device> now =
        found.stream().collect(Collectors.toMap(Device::uuid, device -> device));
    var change = new ArrayList<Device>();
    known.replaceAll((uuid, before) -> {
      var device = now.getOrDefault(uuid, before);
      if (!device.unhealthyReason().equals(before.unhealthyReason())) {
        change.add(device);
        say(device);
      }
      return device;
    });
    if (!change.isEmpty()) {
      changed.accept(change);
    }
  }

  private static void say(Device device) {
    device
        .unhealthyReason()
        .ifPresentOrElse(
            why -> LOG.warn(
                "Accelerator {} ({} {}) is no longer granted: {}",
                device.index(),
                device.model(),
                device.uuid(),
                why),
            () -> LOG.info("Accelerator {} ({}) is healthy again", device.index(), device.uuid()));
  }

  /** Ends the monitor after its present probe. */
  @Override
  public void close() {
    closed.countDown();
  }
}
