package io.mobula.internal.sharing;

import io.mobula.ObjectId;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * One object that other processes may hold. Keeps its outcome here until nobody in the cluster
 * holds it, and tells the directory whether this process does: while its entry is held by a ref, an
 * argument or a value, and reachable. Safe for all threads.
 */
final class SharedEntry implements ObjectEntry.ClusterHold {
  private final ObjectId id;
  private final ClusterObjects clusterObjects;
  private WeakReference<ObjectEntry> entry;
  private @Nullable Object outcome;
  private volatile boolean held;
  private volatile boolean gone;
  private volatile boolean kept;
  private int attempt = 1;

  SharedEntry(ObjectEntry first, ClusterObjects clusterObjects) {
    this.id = first.id();
    this.clusterObjects = clusterObjects;
    this.entry = new WeakReference<>(first);
    this.outcome = first.outcome();
  }

  ObjectId id() {
    return id;
  }

  /** This process holds it no more, whatever refs there are. */
  synchronized void giveUp() {
    if (held) {
      held = false;
      clusterObjects.releaseHold(id);
    }
  }

  /** Keeps what was made again here, unless there is a readable copy here already. */
  boolean replace(ObjectContent content, int madeBy) {
    Object former;
    synchronized (this) {
      if (gone || (outcome instanceof ObjectContent.Sealed own && !own.isMissing())) {
        return false;
      }
      former = entry.get() == null ? outcome : null; // an entry discards its own
      outcome = content;
      attempt = madeBy;
    }
    if (former instanceof ObjectContent unreadable) {
      unreadable.discard();
    }
    return true;
  }

  boolean isHeld() {
    return held;
  }

  /**
   * A small value of another process stays here from now on until nobody in the cluster holds it.
   */
  void keep() {
    kept = true;
  }

  /** Whether it is small, of another process, and stays here. */
  boolean isKept() {
    return kept;
  }

  /** Which run of its task made what is here. */
  synchronized int attempt() {
    return attempt;
  }

  synchronized void attempt(int number) {
    attempt = number;
  }

  boolean isGone() {
    return gone;
  }

  /** From now on this process holds it. */
  synchronized void hold() {
    if (!held && !gone) {
      held = true;
      clusterObjects.announceHold(id);
    }
  }

  /**
   * The entry that local refs share, with one hold that the caller releases; null if it is gone.
   */
  synchronized @Nullable ObjectEntry retained() {
    if (gone) {
      return null;
    }
    var present = entry().retain();
    hold();
    return present;
  }

  /** The entry that local refs share: the present one, or a new one with the same outcome. */
  synchronized ObjectEntry entry() {
    var present = entry.get();
    if (present == null) {
      present = clusterObjects.newEntry(this);
      entry = new WeakReference<>(present);
      var known = outcome;
      if (known instanceof ObjectContent content) {
        present.complete(content);
      } else if (known instanceof ObjectFailure failure) {
        present.fail(failure);
      }
    }
    return present;
  }

  /** The content or failure, or null while there is none. */
  synchronized @Nullable Object outcome() {
    return outcome;
  }

  @Override
  public void onSettled(ObjectEntry settled) {
    synchronized (this) {
      if (outcome != null || gone) {
        return;
      }
      outcome = settled.outcome();
    }
    clusterObjects.settled(this);
  }

  @Override
  public void onUnheld(ObjectEntry released) {
    release();
  }

  /** An entry of this object has been collected. */
  void onCollected() {
    release();
  }

  /** Drops what has come to harm, unless this process holds it: then it goes when that ends. */
  void onDamaged() {
    boolean over;
    synchronized (this) {
      boolean missing = outcome instanceof ObjectContent.Sealed own && own.isMissing();
      over = missing && !held && !gone && clusterObjects.releaseAndDrop(this);
      gone |= over;
    }
    if (over) {
      drop();
    }
  }

  private void release() {
    boolean over;
    synchronized (this) {
      var present = entry.get();
      if (!held || gone || (present != null && present.isHeld())) {
        return;
      }
      held = false;
      over = clusterObjects.releaseAndDrop(this);
      gone = over; // whoever finds it now makes another
    }
    if (over) {
      drop();
    }
  }

  /** Nobody in the cluster holds it: drops the value. */
  void markGone() {
    synchronized (this) {
      if (gone) {
        return;
      }
      gone = true;
    }
    drop();
  }

  @SuppressWarnings("ReferenceEquality") // contents are known by identity
  private void drop() {
    ObjectEntry present;
    Object last;
    synchronized (this) {
      present = entry.get();
      last = outcome;
      outcome = null;
    }
    var shown = present == null ? null : present.outcome();
    if (present != null) {
      present.markGone();
    }
    if (last != shown && last instanceof ObjectContent content) {
      content.discard();
    }
  }
}
