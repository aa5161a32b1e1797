package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.MigInstance;
import java.util.Set;

/**
 * Xid: error that NVIDIA's driver reported, by its number in the driver's catalogue.
 *
 * @param number number of the error
 * @param gpuInstance the GPU instance it concerns; {@link #WHOLE_GPU} for all of them
 * @param computeInstance the compute instance it concerns; {@link #WHOLE_GPU} for all of them
 */
record Xid(long number, int gpuInstance, int computeInstance) {
  /** Marker for no instance in particular. */
  static final int WHOLE_GPU = -1;

  /**
   * Errors that a program causes and that leave the device healthy: an exception in its code, an
   * illegal memory access, work that was stopped or took too long.
   */
  private static final Set<Long> OF_PROGRAMS = Set.of(13L, 31L, 43L, 45L, 68L, 109L);

  /** Returns whether the error is one of the device, not of a program. */
  boolean isOfDevice() {
    return !OF_PROGRAMS.contains(number);
  }

  /** Returns whether the error concerns a part of a GPU. */
  boolean concerns(MigInstance part) {
    return gpuInstance == WHOLE_GPU
        || (gpuInstance == part.gpuInstance()
            && (computeInstance == WHOLE_GPU || computeInstance == part.computeInstance()));
  }

  /** Returns what the error says about the health of the device. */
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
