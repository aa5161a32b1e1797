package io.mobula.internal.sharing;

import io.mobula.ObjectId;

/** Reconstructor of lost objects from their lineage, implemented by the task package. */
@FunctionalInterface
public interface ObjectReconstructor {
  /**
   * Starts the task that the specification describes; its result is published as this attempt.
   *
   * @param reconstructionSpec the bytes of the object's {@link io.mobula.spi.Lineage}
   */
  void reconstruct(ObjectId id, int attempt, byte[] reconstructionSpec);
}
