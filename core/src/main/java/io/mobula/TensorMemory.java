package io.mobula;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * How a store that lends its memory to tensors hears that one needs it no more. For the engine
 * alone: programs close their tensors. Any thread.
 */
public final class TensorMemory {
  private static volatile @Nullable Access access;

  private TensorMemory() {}

  /** What the class of tensors opens to the engine. */
  public interface Access {
    /** Notes what to run when the tensor is closed. */
    void setReleaseAction(Tensor tensor, Runnable returned);

    /** The tensor's memory, without counting it as given out. */
    MemorySegment peek(Tensor tensor);
  }

  /** Called once, by the class of tensors. */
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
   * Has {@code returned} run once, when the tensor is closed and nothing that it has given out may
   * still read its memory: no segment, buffer, slice or reshaped tensor. It may never run. Before
   * the tensor is given to anybody.
   */
  public static void setReleaseAction(Tensor tensor, Runnable returned) {
    access().setReleaseAction(tensor, returned);
  }

  /** Its memory, for a look that ends before the tensor is closed. */
  public static MemorySegment peek(Tensor tensor) {
    return access().peek(tensor);
  }
}
