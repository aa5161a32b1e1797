package io.mobula.internal.memory;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Life of the objects of one store after their creation: sealed, condemned while a freed object is
 * still pinned, and freed, when their block and their slot may be used again. Safe for all threads.
 */
final class ObjectLifecycle {
  private final ObjectTable table;
  private final PinMatrix matrix;
  private final SegmentPool pool;
  private final Runnable onReclaim;
  private final Map<Long, SealedObject> condemned = new ConcurrentHashMap<>();
  private final SealedIndex sealed = new SealedIndex();

  /**
   * Creates the life of objects in these slots and segments.
   *
   * @param onReclaim runs after memory has become free, without a lock
   */
  ObjectLifecycle(ObjectTable table, PinMatrix matrix, SegmentPool pool, Runnable onReclaim) {
    this.table = table;
    this.matrix = matrix;
    this.pool = pool;
    this.onReclaim = onReclaim;
  }

  /** Returns the present word of the object's slot. */
  long word(SealedObject object) {
    return table.word(object.slot());
  }

  /** Returns whether any process has the object pinned. */
  boolean isPinned(SealedObject object) {
    return SlotWord.generation(word(object)) == object.generation()
        && matrix.isPinned(object.slot());
  }

  /** Returns a sealed object whose memory has this content in it, or null. */
  @Nullable
  SealedObject findContaining(MemorySegment content) {
    return sealed.findContaining(content);
  }

  /** Publishes an object that was filled; throws if it is not being filled. */
  void seal(SealedObject object) {
    if (transition(object, SlotState.CREATED, SlotState.SEALED)) {
      sealed.add(object);
    } else {
      object.requireState(SlotState.CREATED);
    }
  }

  /** Frees an object that was not sealed, unless that was done before. */
  void abandon(SealedObject object) {
    if (transition(object, SlotState.CREATED, SlotState.FREED)) {
      recycle(object);
    }
  }

  /**
   * Frees an object, or condemns it while it is pinned. A pinned object is first added to the
   * condemned ones and then checked again, as its reader may have unpinned it in between.
   */
  void free(SealedObject object) {
    if (transition(object, SlotState.SEALED, SlotState.CONDEMNED) && !reclaim(object)) {
      condemned.put(object.slot(), object);
      reclaim(object);
    }
  }

  /** Frees a sealed object unless it is pinned; returns whether its memory is free. */
  boolean evict(SealedObject object) {
    if (!table.evict(object.slot(), object.generation(), matrix)) {
      return false;
    }
    recycle(object);
    return true;
  }

  /** Frees the object in this slot if it is condemned and no longer pinned. */
  void nudge(long slot) {
    SealedObject object = condemned.get(slot);
    if (object != null) {
      reclaim(object);
    }
  }

  /** Returns whether any freed object is kept for its readers. */
  boolean hasCondemned() {
    return !condemned.isEmpty();
  }

  /** Frees all condemned objects that are no longer pinned. */
  void reclaimCondemned() {
    condemned.values().forEach(this::reclaim);
  }

  /** Drops the handles of condemned objects, as the store is closed. */
  void close() {
    condemned.clear();
  }

  private boolean transition(SealedObject object, SlotState from, SlotState to) {
    return table.transition(object.slot(), object.generation(), from, to);
  }

  private boolean reclaim(SealedObject object) {
    if (matrix.isPinned(object.slot())
        || !transition(object, SlotState.CONDEMNED, SlotState.FREED)) {
      return false;
    }
    recycle(object);
    return true;
  }

  private void recycle(SealedObject object) {
    condemned.remove(object.slot(), object);
    sealed.remove(object);
    Extent<Segment> extent = object.extent();
    if (extent != null) {
      pool.free(extent);
    }
    table.release(object.slot());
    onReclaim.run();
  }
}
