package io.mobula.internal.store;

import io.mobula.internal.memory.PeerObject;
import io.mobula.internal.memory.StoredObject;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Bytes in the memory of another process of this host, which alone moves and frees them.
 *
 * @param object where
 */
record Neighbouring(PeerObject object) implements Residence {
  @Override
  public long byteSize() {
    return object.byteSize();
  }

  @Override
  public MemorySegment view() {
    return object.view();
  }

  @Override
  public <T extends @Nullable Object> T read(Function<MemorySegment, T> reader) {
    return object.read(reader);
  }

  @Override
  public void touch() {}

  @Override
  public StoredObject settled() {
    return object;
  }

  @Override
  public StoredObject inMemory() {
    return object;
  }

  @Override
  public boolean isSecondary() {
    return false;
  }

  @Override
  public void secondary(Origin origin) {}

  @Override
  public void discard() {}
}
