package io.mobula.ps;

import io.mobula.ObjectRef;
import io.mobula.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of a push that was sent to a shard, kept until the shard acknowledges it so that it can be
 * resent to the shards that have its parameters by then. For the worker's thread, except
 * {@link #release}.
 */
abstract class InFlightPush {
  static final long NO_PUSH = 0;

  /**
   * Request that never has to be resent, such as the end of a step, which later requests announce
   * too.
   */
  static final InFlightPush NOTHING = of(() -> {});

  private final Contents contents;
  private final long push;

  /** Location of the frame as it was sent. */
  sealed interface Contents {}

  /**
   * Frame in an array on the heap.
   *
   * @param frame memory of a byte array
   */
  record HeapFrame(MemorySegment frame) implements Contents {
    static HeapFrame of(byte[] array) {
      return new HeapFrame(MemorySegment.ofArray(array));
    }

    byte[] array() {
      return (byte[]) frame.heapBase().orElseThrow();
    }
  }

  /** Frame in the object store. */
  record StoredFrame(ObjectRef<Tensor> ref) implements Contents {}

  InFlightPush(Contents contents, long push) {
    this.contents = contents;
    this.push = push;
  }

  /** Creates an in-flight request without a frame. */
  static InFlightPush of(Runnable again) {
    return new InFlightPush(HeapFrame.of(new byte[0]), NO_PUSH) {
      @Override
      void resendAll(List<InFlightPush> all) {
        again.run();
      }
    };
  }

  /**
   * Resends this and the other parts of the same push under the present layout, combined into one
   * update per shard where possible.
   */
  abstract void resendAll(List<InFlightPush> all);

  /** Returns the number of the worker's push that this is part of; {@link #NO_PUSH} for none. */
  final long push() {
    return push;
  }

  final Contents contents() {
    return contents;
  }

  /** Returns the frame as it was sent. */
  final MemorySegment frame(Arena arena) {
    return switch (contents) {
      case HeapFrame(var frame) -> frame;
      case StoredFrame(var ref) -> ref.get(arena).segment();
    };
  }

  /** Handles the shard's reply, which acknowledges this part. */
  void onAcknowledged(@Nullable Object answer) {
    release();
  }

  /**
   * Releases the memory of a frame that is not needed again. Idempotent; may be called from any
   * thread.
   */
  final void release() {
    if (contents instanceof StoredFrame(var ref)) {
      ref.close();
    }
  }
}
