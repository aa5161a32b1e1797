package io.mobula;

import java.util.Objects;
import java.util.Optional;

/**
 * Accelerator, or share of one, that a task or an actor holds; see {@link Mobula#gpus()}.
 *
 * @param index position among the devices of the node, from 0
 * @param uuid unique id of the device; see {@link #cudaName} for {@code CUDA_VISIBLE_DEVICES}
 * @param share fraction of the device that is held: 1 for all of it
 * @param unhealthyReason why the work should end, if the device has become unhealthy since it was
 *     granted
 */
public record Gpu(int index, String uuid, double share, Optional<String> unhealthyReason) {
  /** Refuses a share that is not above 0 and at most 1. */
  public Gpu {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(unhealthyReason, "unhealthyReason");
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "Got a share of " + share + " of device " + uuid + ": it is more than 0, at most 1.");
    }
  }

  /**
   * Returns the name of the device in {@code CUDA_VISIBLE_DEVICES}: the UUID if the driver gave
   * one, else the index.
   */
  public String cudaName() {
    return uuid.startsWith("GPU-") || uuid.startsWith("MIG-") ? uuid : Integer.toString(index);
  }
}
