package io.mobula;

import java.util.Objects;
import java.util.Optional;

/**
 * An accelerator of a node, as {@link NodeInfo} tells it.
 *
 * @param index its place among the node's, from 0
 * @param uuid tells it from all others
 * @param model as its driver calls it; empty where that is not told
 * @param memoryBytes memory of its own; 0 where that is not told
 * @param offered how much of it the node hands out: 1, or less where processes share it
 * @param used how much of that tasks, actors and bundles hold
 * @param unhealthyReason why it is granted to nobody, if it is ill
 */
public record GpuInfo(
    int index,
    String uuid,
    String model,
    long memoryBytes,
    double offered,
    double used,
    Optional<String> unhealthyReason) {
  /** Refuses null. */
  public GpuInfo {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(unhealthyReason, "illness");
  }
}
