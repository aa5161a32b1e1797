package io.mobula.spi;

import io.mobula.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Access to the memory of tensors for the object store, which learns here when a tensor no longer
 * uses its memory. For the engine only: programs close their tensors. Safe for any thread.
 */
public final class TensorMemory {
  private static volatile @Nullable Access access;

  private TensorMemory() {}

  /** Accessor that {@link Tensor} installs for the engine. */
  public interface Access {
    /** Registers the action to run when the tensor releases its memory. */
    void setReleaseAction(Tensor tensor, Runnable returned);

    /** Returns the tensor's memory without marking it as exposed. */
    MemorySegment peek(Tensor tensor);
  }

  /** Installs the accessor; called once, by {@link Tensor}. */
  public static synchronized void setAccess(Access by) {
    if (access != null) {
      throw new IllegalStateException("The memory of tensors is open already.");
    }
    access = by;
  }

  private static Access access() {
    var present = access;
    if (present == null) {
      throw new IllegalStateException("There is no tensor yet.");
    }
    return present;
  }

  /**
   * Registers an action that runs once, when the tensor is closed and nothing taken from it can
   * still read its memory: no segment, buffer, slice or reshaped tensor. The action may never run.
   * Called before the tensor is published.
   */
  public static void setReleaseAction(Tensor tensor, Runnable returned) {
    access().setReleaseAction(tensor, returned);
  }

  /** Returns the tensor's memory for a read that ends before the tensor is closed. */
  public static MemorySegment peek(Tensor tensor) {
    return access().peek(tensor);
  }
}
