package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.MigInstance;
import java.util.Set;

/**
 * An error that NVIDIA's driver reported of itself, by its number in the driver's catalogue.
 *
 * @param number which error
 * @param gpuInstance the instance it is about; {@link #WHOLE_GPU} if it is about all of them
 * @param computeInstance likewise
 */
record Xid(long number, int gpuInstance, int computeInstance) {
  /** No instance in particular. */
  static final int WHOLE_GPU = -1;

  /**
   * What a program does to itself, and what leaves the device well: an exception in its code, an
   * access to memory that is not its own, work that was stopped or took too long.
   */
  private static final Set<Long> OF_PROGRAMS = Set.of(13L, 31L, 43L, 45L, 68L, 109L);

  /** Whether it speaks against the device, not against a program. */
  boolean isOfDevice() {
    return !OF_PROGRAMS.contains(number);
  }

  /** Whether it is about a part of a GPU. */
  boolean concerns(MigInstance part) {
    return gpuInstance == WHOLE_GPU
        || (gpuInstance == part.gpuInstance()
            && (computeInstance == WHOLE_GPU || computeInstance == part.computeInstance()));
  }

  /** What it says about the device. */
  DeviceHealth health() {
    return number == 79
        ? DeviceHealth.unhealthy(DeviceHealth.Cause.GONE, words())
        : DeviceHealth.unhealthy(DeviceHealth.Cause.DRIVER_ERROR, words());
  }

  private String words() {
    return "Xid " + number + meaning(number);
  }

  private static String meaning(long number) {
    return switch (Math.clamp(number, 0, Integer.MAX_VALUE)) {
      case 48 -> ": memory error that could not be corrected";
      case 63 -> ": a row of memory was replaced";
      case 64 -> ": a row of memory could not be replaced";
      case 74 -> ": NVLink error";
      case 79 -> ": GPU has fallen off the bus";
      case 94 -> ": memory error, contained";
      case 95 -> ": memory error, not contained";
      case 119, 120 -> ": the GPU's own processor does not answer";
      default -> ", see NVIDIA's catalogue of Xid errors";
    };
  }
}
