package io.mobula.gpu;

import java.util.Objects;

/**
 * Model of a device, as its driver reports it.
 *
 * @param vendor the maker
 * @param name name that the driver reports
 * @param memoryBytes the device's own memory, in bytes; 0 if unknown
 * @param architecture target that programs are compiled for: NVIDIA's compute capability
 *     ({@code 9.0}) or AMD's target ({@code gfx942}); empty if unknown
 */
public record DeviceModel(Vendor vendor, String name, long memoryBytes, String architecture) {
  /** Refuses a negative memory size. */
  public DeviceModel {
    Objects.requireNonNull(vendor, "vendor");
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(architecture, "architecture");
    if (memoryBytes < 0) {
      throw new IllegalArgumentException(
          "Got " + memoryBytes + " bytes of memory for " + name + ": there cannot be less than 0.");
    }
  }
}
