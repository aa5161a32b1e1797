package io.mobula.internal.store;

import io.mobula.ObjectBuffer;
import io.mobula.ObjectRef;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** Memory that one thread fills and then seals as a value. */
final class InPlaceBuffer implements ObjectBuffer {
  private final ObjectStore store;
  private final WritableBlock block;
  private final MemorySegment body;
  private boolean done;

  InPlaceBuffer(ObjectStore store, WritableBlock block, long bytes) {
    this.store = store;
    this.block = block;
    this.body = block.segment().asSlice(SealedLayout.FRONT, bytes);
  }

  @Override
  public MemorySegment segment() {
    requireUnsealed();
    return body;
  }

  @Override
  public ObjectRef<MemorySegment> seal() {
    return sealAs(body);
  }

  @Override
  public ObjectRef<Tensor> seal(DType type, long... shape) {
    return sealAs(Tensor.wrap(body, type, shape));
  }

  private void requireUnsealed() {
    if (done) {
      throw new IllegalStateException(
          "This buffer is sealed or closed already. Create another one.");
    }
  }

  private <T> ObjectRef<T> sealAs(Object described) {
    requireUnsealed();
    store.requireOpen();
    var content = store.converter().sealInPlace(block, described);
    done = true;
    return store.ref(store.createEntry(content));
  }

  @Override
  public void close() {
    if (!done) {
      done = true;
      block.abandon();
    }
  }
}
