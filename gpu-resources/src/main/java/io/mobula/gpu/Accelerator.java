package io.mobula.gpu;

import java.util.Objects;

/**
 * A device that computes beside the processor: a GPU, or an instance into which one is split.
 *
 * @param index its place among the devices that this process may use, from 0: the order in which
 *     {@code CUDA_VISIBLE_DEVICES} names them, or else that of the driver
 * @param uuid tells it from all others, also after a restart; what {@code CUDA_VISIBLE_DEVICES} of
 *     another process may name it by
 * @param model what was built
 * @param location where it was put
 * @param health whether work can be given to it
 */
public record Accelerator(
    int index, String uuid, DeviceModel model, DeviceLocation location, DeviceHealth health) {
  /** Refuses an index below zero, and a device without a name. */
  public Accelerator {
    if (index < 0) {
      throw new IllegalArgumentException("Got index " + index + ": it begins at 0.");
    }
    if (uuid.isBlank()) {
      throw new IllegalArgumentException("Got a device without a UUID.");
    }
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(location, "place");
    Objects.requireNonNull(health, "health");
  }

  /** The same device at another index. */
  public Accelerator withIndex(int other) {
    return new Accelerator(other, uuid, model, location, health);
  }

  /** The same device in another state. */
  public Accelerator withHealth(DeviceHealth other) {
    return new Accelerator(index, uuid, model, location, other);
  }

  /** The same device somewhere else. */
  public Accelerator withLocation(DeviceLocation other) {
    return new Accelerator(index, uuid, model, other, health);
  }
}
