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
abstract class Parcel {
  static final long NO_PUSH = 0;

  /** Nothing that would have to go again: the end of a step, which others say, too. */
  static final Parcel NOTHING = of(() -> {});

  private final Contents contents;
  private final long push;

  /** A frame as it was sent. */
  sealed interface Contents {}

  /**
   * In an array.
   *
   * @param frame memory of an array of bytes
   */
  record Bytes(MemorySegment frame) implements Contents {
    static Bytes of(byte[] array) {
      return new Bytes(MemorySegment.ofArray(array));
    }

    byte[] array() {
      return (byte[]) frame.heapBase().orElseThrow();
    }
  }

  /** In the store. */
  record Stored(ObjectRef<Tensor> ref) implements Contents {}

  Parcel(Contents contents, long push) {
    this.contents = contents;
    this.push = push;
  }

  /** One without contents. */
  static Parcel of(Runnable again) {
    return new Parcel(Bytes.of(new byte[0]), NO_PUSH) {
      @Override
      void again(List<Parcel> all) {
        again.run();
      }
    };
  }

  /**
   * Sends it again over the present layout, with others of the same push, so that they are one
   * update where they can be.
   */
  abstract void again(List<Parcel> all);

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
      case Bytes(var frame) -> frame;
      case Stored(var ref) -> ref.get(arena).segment();
    };
  }

  /** The shard has answered. */
  void taken(@Nullable Object answer) {
    release();
  }

  /** It is not needed again: gives its memory back. Idempotent; from any thread. */
  final void release() {
    if (contents instanceof Stored(var ref)) {
      ref.close();
    }
  }
}
