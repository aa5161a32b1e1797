package io.mobula.gpu;

import java.util.Objects;

/**
 * What was built.
 *
 * @param vendor by whom
 * @param name as the driver calls it
 * @param memoryBytes memory of its own, in bytes; 0 where that is not told
 * @param architecture what programs are compiled for: the compute capability of NVIDIA
 *     ({@code 9.0}), the target of AMD ({@code gfx942}); empty where that is not told
 */
public record DeviceModel(Vendor vendor, String name, long memoryBytes, String architecture) {
  /** Refuses memory below zero. */
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
