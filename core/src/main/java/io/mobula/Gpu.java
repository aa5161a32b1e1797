package io.mobula;

import java.util.Objects;
import java.util.Optional;

/**
 * An accelerator, or the share of one, that a task or an actor holds; see {@link Mobula#gpus()}.
 *
 * @param index its place among the devices of its node, from 0
 * @param uuid tells it from all others; what {@code CUDA_VISIBLE_DEVICES} may name it by
 * @param share how much of it is held: 1 for all of it
 * @param unhealthyReason why its work should end, if it has fallen ill since it was granted
 */
public record Gpu(int index, String uuid, double share, Optional<String> unhealthyReason) {
  /** Refuses what is no share. */
  public Gpu {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(unhealthyReason, "illness");
    if (!(share > 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "Got a share of " + share + " of device " + uuid + ": it is more than 0, at most 1.");
    }
  }

  /**
   * What {@code CUDA_VISIBLE_DEVICES} names it by: its UUID where the driver gave one, else its
   * index.
   */
  public String cudaName() {
    return uuid.startsWith("GPU-") || uuid.startsWith("MIG-") ? uuid : Integer.toString(index);
  }
}
