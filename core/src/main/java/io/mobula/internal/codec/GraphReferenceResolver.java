package io.mobula.internal.codec;

import com.esotericsoftware.kryo.util.MapReferenceResolver;
import com.esotericsoftware.kryo.util.Util;
import java.util.BitSet;
import java.util.UUID;

/**
 * Resolver of shared and cyclic references in a graph, by object identity.
 *
 * <p>Knows which values are constructed after their content (records, immutable collections). A
 * reference back into such a value while it is being written is rejected at once; Kryo alone would
 * read that reference back as null.
 */
final class GraphReferenceResolver extends MapReferenceResolver {
  private static final ClassValue<Boolean> BY_VALUE = new ClassValue<>() {
    @Override
    protected Boolean computeValue(Class<?> type) {
      return Util.isWrapperClass(type)
          || Util.isEnum(type)
          || type == String.class
          || type == Class.class
          || type == UUID.class;
    }
  };

  private final BitSet open = new BitSet();
  private int openCount;

  @Override
  @SuppressWarnings("rawtypes")
  public boolean useReferences(Class type) {
    return !BY_VALUE.get(type);
  }

  /** Begins a content-first value, the one that was met last, and returns its number. */
  int enterValue() {
    int id = writtenObjects.size - 1;
    open.set(id);
    openCount++;
    return id;
  }

  /** Ends a content-first value. */
  void leaveValue(int id) {
    open.clear(id);
    openCount--;
  }

  /** Returns the number of the value that is being read. */
  int currentReadId() {
    return readObjects.size() - 1;
  }

  @Override
  public int getWrittenId(Object object) {
    int id = super.getWrittenId(object);
    if (openCount > 0 && id >= 0 && open.get(id)) {
      throw GraphException.of(object.getClass(), ErrorHints.LATE_CYCLE);
    }
    return id;
  }

  @Override
  @SuppressWarnings("rawtypes")
  public Object getReadObject(Class type, int id) {
    Object object = id >= 0 && id < readObjects.size() ? readObjects.get(id) : null;
    if (object == null) {
      throw GraphException.withReason(
          "the bytes refer to value " + id + ", which has not been read yet");
    }
    return object;
  }

  @Override
  public void reset() {
    super.reset();
    open.clear();
    openCount = 0;
  }
}
