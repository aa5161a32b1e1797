package io.mobula.gpu.source;

import io.mobula.gpu.Accelerator;
import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.DeviceLocation;
import io.mobula.gpu.DeviceModel;
import java.util.Objects;

/**
 * A device as a source sees it, before anybody asks whether this process may use it.
 *
 * @param number the driver's own number of the GPU, from 0; instances of one GPU share it
 * @param device the device; its index means nothing yet
 */
public record DetectedDevice(int number, Accelerator device) {
  /** Refuses null. */
  public DetectedDevice {
    Objects.requireNonNull(device, "device");
  }

  /** A device that has no index yet. */
  public static DetectedDevice of(
      int number, String uuid, DeviceModel model, DeviceLocation location, DeviceHealth health) {
    return new DetectedDevice(number, new Accelerator(0, uuid, model, location, health));
  }

  /** Its UUID. */
  public String uuid() {
    return device.uuid();
  }

  /** The same device in another state. */
  public DetectedDevice withHealth(DeviceHealth health) {
    return new DetectedDevice(number, device.withHealth(health));
  }
}
