package io.mobula.gpu;

import java.util.Objects;

/**
 * Which part of a GPU an instance is, where the GPU is split by NVIDIA's MIG.
 *
 * @param parent the UUID of the GPU, which is not itself among the devices
 * @param gpuInstance the part of its memory and processors
 * @param computeInstance the part of that part's processors
 */
public record MigInstance(String parent, int gpuInstance, int computeInstance) {
  /** Refuses null. */
  public MigInstance {
    Objects.requireNonNull(parent, "parent");
  }
}
