package io.mobula.gpu.probe;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.source.DetectedDevice;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * History of all devices ever seen. A device that is no longer listed stays in it, as unhealthy.
 * The order is that of the driver's numbers, so that a list of numbers means the same devices for
 * as long as the probe lives.
 */
final class DeviceHistory {
  private final Map<String, DetectedDevice> known = new LinkedHashMap<>();

  /** Updates the history with the devices that a driver lists now. */
  void update(List<DetectedDevice> devices) {
    var now = new HashSet<String>();
    for (var device : devices) {
      now.add(device.uuid());
      known.put(device.uuid(), device);
    }
    known.replaceAll(
        (uuid, device) -> now.contains(uuid) ? device : device.withHealth(missing(device)));
  }

  private static DeviceHealth missing(DetectedDevice device) {
    return DeviceHealth.unhealthy(
        DeviceHealth.Cause.GONE,
        device.device().location().mig().isPresent()
            ? "No longer listed: its GPU was split in another way, or is gone"
            : "No longer listed: it has left the bus, or was taken from this host or container");
  }

  /** Marks all devices as not answering, because no driver could be queried. */
  void markNotResponding(String reason) {
    known.replaceAll(
        (_, device) -> device.device().health() instanceof DeviceHealth.Unhealthy unhealthy
                && unhealthy.cause() == DeviceHealth.Cause.GONE
            ? device
            : device.withHealth(DeviceHealth.unhealthy(DeviceHealth.Cause.NO_ANSWER, reason)));
  }

  /** Returns all devices in the order of their numbers. */
  List<DetectedDevice> devices() {
    return known.values().stream()
        .sorted(Comparator.comparingInt(DetectedDevice::number))
        .toList();
  }
}
