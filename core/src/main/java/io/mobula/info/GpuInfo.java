package io.mobula.info;

import java.util.Objects;
import java.util.Optional;

/**
 * Accelerator of a node, as reported by {@link NodeInfo}.
 *
 * @param index position among the devices of the node, from 0
 * @param uuid unique id of the device
 * @param model name that the driver gives; empty if unknown
 * @param memoryBytes the device's own memory; 0 if unknown
 * @param offered fraction that the node offers: 1, or less if several processes share the device
 * @param used part of {@code offered} that tasks, actors and bundles hold
 * @param unhealthyReason why the device is granted to no one, if it is unhealthy
 */
public record GpuInfo(
    int index,
    String uuid,
    String model,
    long memoryBytes,
    double offered,
    double used,
    Optional<String> unhealthyReason) {
  /** Refuses a null component. */
  public GpuInfo {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(unhealthyReason, "unhealthyReason");
  }
}
