package io.mobula.spi;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * An accelerator that a node may hand out.
 *
 * @param index its place among the node's, from 0
 * @param uuid tells it from all others, also after a restart
 * @param model as its driver calls it; empty where that is not told
 * @param memoryBytes memory of its own; 0 where that is not told
 * @param architecture what programs are compiled for, such as the compute capability {@code 9.0};
 *     empty where that is not told
 * @param distances how far other devices are, by UUID: the smaller the nearer; those that are
 *     missing are farther than all
 * @param unhealthyReason why it should get no work, if it is ill
 */
public record Device(
    int index,
    String uuid,
    String model,
    long memoryBytes,
    String architecture,
    Map<String, Integer> distances,
    Optional<String> unhealthyReason) {
  /** Copies the map; refuses nulls. */
  public Device {
    Objects.requireNonNull(uuid, "uuid");
    Objects.requireNonNull(model, "model");
    Objects.requireNonNull(architecture, "architecture");
    distances = Map.copyOf(distances);
    Objects.requireNonNull(unhealthyReason, "illness");
  }

  /** One of which nothing is known but that somebody says it is there. */
  public static Device declared(int index) {
    return new Device(index, "declared-" + index, "", 0, "", Map.of(), Optional.empty());
  }
}
