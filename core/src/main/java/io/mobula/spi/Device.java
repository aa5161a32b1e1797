package io.mobula.spi;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Accelerator that a node may offer.
 *
 * @param index position among the devices of the node, from 0
 * @param uuid unique id of the device, stable across restarts
 * @param model name that the driver gives; empty if unknown
 * @param memoryBytes the device's own memory; 0 if unknown
 * @param architecture target of compiled programs, such as the compute capability {@code 9.0};
 *     empty if unknown
 * @param distances distance to other devices by UUID: smaller is nearer; devices that are missing
 *     are farther than all others
 * @param unhealthyReason why the device should get no work, if it is unhealthy
 */
public record Device(
    int index,
    String uuid,
    String model,
    long memoryBytes,
    String architecture,
    Map<String, Integer> distances,
    Optional<String> unhealthyReason) {
  /** Copies the map; refuses nulls. */
  public Device {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(architecture, "architecture");
    distances = Map.copyOf(distances);
    Objects.requireNonNull(unhealthyReason, "unhealthyReason");
  }

  /** Returns a device of which only the declaration by the user is known. */
  public static Device declared(int index) {
    return new Device(index, "declared-" + index, "", 0, "", Map.of(), Optional.empty());
  }
}
