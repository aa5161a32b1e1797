package io.mobula.ps.internal.shard;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectBuffer;
import io.mobula.ObjectRef;
import io.mobula.ps.internal.kernel.NumberType;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Weights in store memory; a version is sealed when it is first read. */
final class StoredWeights implements ShardWeights {
  private final MobulaRuntime runtime;
  private final long bytes;
  private final int length;
  private MemorySegment numbers;
  private @Nullable ObjectBuffer open;
  private @Nullable ObjectBuffer next;
  private @Nullable SealedVersion sealed;

  /**
   * Version of the weights that readers share.
   *
   * @param ref keeps the version for further readers
   * @param arena scope of this shard's own view
   * @param view what is returned to readers
   */
  private record SealedVersion(ObjectRef<Tensor> ref, Arena arena, Tensor view) {
    void end() {
      arena.close();
      ref.close();
    }
  }

  StoredWeights(MobulaRuntime runtime, NumberType numberType, int length) {
    this.runtime = runtime;
    this.length = length;
    this.bytes = DenseFrame.HEADER_BYTES + (long) length * numberType.bytes();
    var first = runtime.create(bytes);
    this.open = first;
    this.numbers = numbersOf(first).fill((byte) 0);
  }

  private static MemorySegment numbersOf(ObjectBuffer room) {
    return room.segment().asSlice(DenseFrame.HEADER_BYTES);
  }

  @Override
  public MemorySegment numbers() {
    return numbers;
  }

  @Override
  public MemorySegment target(boolean all) {
    if (open != null) {
      return numbers;
    }
    var fresh = next == null ? runtime.create(bytes) : next;
    next = fresh;
    var target = numbersOf(fresh);
    return all ? target : target.copyFrom(numbers);
  }

  @Override
  public void commit() {
    var written = next;
    if (written != null) {
      next = null;
      open = written;
      numbers = numbersOf(written);
      endVersion();
    }
  }

  /**
   * Returns the reply frame, which all readers of this version share; seals the version at the
   * first call.
   */
  Tensor sealReply(long updates, long slowest) {
    var present = sealed;
    if (present == null) {
      present = seal(updates, slowest);
      sealed = present;
    }
    return present.view();
  }

  @SuppressWarnings("MustBeClosed") // closed when the version ends
  private SealedVersion seal(long updates, long slowest) {
    var room = java.util.Objects.requireNonNull(open, "open");
    new DenseFrame(room.segment()).writeReplyHeader(updates, slowest, length);
    var ref = room.seal(DType.INT8, bytes);
    open = null;
    var arena = Arena.ofConfined();
    var view = ref.get(arena);
    numbers = view.segment().asSlice(DenseFrame.HEADER_BYTES);
    return new SealedVersion(ref, arena, view);
  }

  private void endVersion() {
    var present = sealed;
    if (present != null) {
      sealed = null;
      present.end();
    }
  }

  @Override
  public void close() {
    endVersion();
    if (open != null) {
      open.close();
    }
    if (next != null) {
      next.close();
    }
  }
}
