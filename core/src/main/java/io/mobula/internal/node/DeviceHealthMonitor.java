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
 * Looks at a node's accelerators now and then, on a thread of its own, since drivers block; tells
 * when one has fallen ill or is healthy again.
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
   * Begins. The probe is closed with it.
   *
   * @param shares the devices that are watched, as they were
   * @param changed is told all of them that have changed, on a thread that may be blocked
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

  /** Warns of what it has not warned of before; gives what there is to warn of. */
  private Set<String> look(Set<String> said) {
    DeviceProbe.DetectedDevices detectedDevices;
    try {
      detectedDevices = Objects.requireNonNull(probe.probe(), "the probe has given null");
    } catch (Throwable broken) { // it is another's, and may know better at its next look
      detectedDevices = new DeviceProbe.DetectedDevices(
          List.copyOf(known.values()),
          List.of("they cannot be looked at: " + CapturedThrowable.textOf(broken)));
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

  /** Whatever the probe throws as it ends. */
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
    var news = new ArrayList<Device>();
    known.replaceAll((uuid, before) -> {
      var device = now.getOrDefault(uuid, before);
      if (!device.unhealthyReason().equals(before.unhealthyReason())) {
        news.add(device);
        say(device);
      }
      return device;
    });
    if (!news.isEmpty()) {
      changed.accept(news);
    }
  }

  private static void say(Device device) {
    device
        .unhealthyReason()
        .ifPresentOrElse(
            why -> LOG.warn(
                "Accelerator {} ({} {}) is granted to nobody any more: {}",
                device.index(),
                device.model(),
                device.uuid(),
                why),
            () -> LOG.info("Accelerator {} ({}) is healthy again", device.index(), device.uuid()));
  }

  /** Ends it, when its look is over. */
  @Override
  public void close() {
    closed.countDown();
  }
}
