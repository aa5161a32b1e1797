package io.mobula.gpu;

import java.util.Objects;

/**
 * Identity of an instance of a GPU that is split by NVIDIA's MIG.
 *
 * @param parent UUID of the GPU, which is not a device of its own
 * @param gpuInstance the part of the GPU's memory and processors
 * @param computeInstance the part of the GPU instance's processors
 */
public record MigInstance(String parent, int gpuInstance, int computeInstance) {
  /** Refuses a null parent. */
  public MigInstance {
    Objects.requireNonNull(parent, "parent");
  }
}
