package io.mobula.gpu;

import java.util.Objects;

/**
 * Accelerator that this process may use: a GPU, or an instance into which a GPU is split.
 *
 * @param index position among the devices that this process may use, from 0: the order of
 *     {@code CUDA_VISIBLE_DEVICES}, otherwise that of the driver
 * @param uuid identifier that survives restarts, and by which {@code CUDA_VISIBLE_DEVICES} of
 *     another process may name the device
 * @param model what kind of device it is
 * @param location where the device is in the host
 * @param health whether work can be given to the device
 */
public record Accelerator(
    int index, String uuid, DeviceModel model, DeviceLocation location, DeviceHealth health) {
  /** Refuses an index below zero and a blank UUID. */
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

  /** Returns the same device with another index. */
  public Accelerator withIndex(int other) {
    return new Accelerator(other, uuid, model, location, health);
  }

  /** Returns the same device with another health. */
  public Accelerator withHealth(DeviceHealth other) {
    return new Accelerator(index, uuid, model, location, other);
  }

  /** Returns the same device with another location. */
  public Accelerator withLocation(DeviceLocation other) {
    return new Accelerator(index, uuid, model, other, health);
  }
}
