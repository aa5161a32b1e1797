package io.mobula.ps;

import io.mobula.ObjectRef;
import io.mobula.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a worker has sent to a shard, kept until the shard has taken it in, so that it can go again
 * to wherever its parameters are then. For the worker's thread, but for {@link #release}.
 */
abstract class InFlightPush {
  static final long NO_PUSH = 0;

  /** Nothing that would have to go again: the end of a step, which others say, too. */
  static final InFlightPush NOTHING = of(() -> {});

  private final Contents contents;
  private final long push;

  /** A frame as it was sent. */
  sealed interface Contents {}

  /**
   * In an array.
   *
   * @param frame memory of an array of bytes
   */
  record HeapFrame(MemorySegment frame) implements Contents {
    static HeapFrame of(byte[] array) {
      return new HeapFrame(MemorySegment.ofArray(array));
    }

    byte[] array() {
      return (byte[]) frame.heapBase().orElseThrow();
    }
  }

  /** In the store. */
  record StoredFrame(ObjectRef<Tensor> ref) implements Contents {}

  InFlightPush(Contents contents, long push) {
    this.contents = contents;
    this.push = push;
  }

  /** One without contents. */
  static InFlightPush of(Runnable again) {
    return new InFlightPush(HeapFrame.of(new byte[0]), NO_PUSH) {
      @Override
      void resendAll(List<InFlightPush> all) {
        again.run();
      }
    };
  }

  /**
   * Sends it again over the present layout, with others of the same push, so that they are one
   * update where they can be.
   */
  abstract void resendAll(List<InFlightPush> all);

  /** Which push of its worker it is part of; {@link #NO_PUSH} for none. */
  final long push() {
    return push;
  }

  final Contents contents() {
    return contents;
  }

  /** The frame as it was sent. */
  final MemorySegment frame(Arena arena) {
    return switch (contents) {
      case HeapFrame(var frame) -> frame;
      case StoredFrame(var ref) -> ref.get(arena).segment();
    };
  }

  /** The shard has answered. */
  void onAcknowledged(@Nullable Object answer) {
    release();
  }

  /** It is not needed again: gives its memory back. Idempotent; from any thread. */
  final void release() {
    if (contents instanceof StoredFrame(var ref)) {
      ref.close();
    }
  }
}
