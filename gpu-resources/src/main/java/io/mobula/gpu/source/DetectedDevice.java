package io.mobula.gpu.source;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import java.util.Objects;

/**
 * Device as a source reports it, before visibility is applied.
 *
 * @param number the driver's number of the GPU, from 0; instances of one GPU share it
 * @param device the device, whose index has no meaning yet
 */
public record DetectedDevice(int number, Accelerator device) {
  /** Refuses a null device. */
  public DetectedDevice {
    Objects.requireNonNull(device, "device");
  }

  /** Creates a device without an index. */
  public static DetectedDevice of(
      int number, String uuid, DeviceModel model, DeviceLocation location, DeviceHealth health) {
    return new DetectedDevice(number, new Accelerator(0, uuid, model, location, health));
  }

  /** Returns the UUID of the device. */
  public String uuid() {
    return device.uuid();
  }

  /** Returns the same device with another health. */
  public DetectedDevice withHealth(DeviceHealth health) {
    return new DetectedDevice(number, device.withHealth(health));
  }
}
