package io.mobula.internal.sharing;

import io.mobula.ObjectId;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Shared object in this process. Keeps the outcome until nobody in the cluster holds the object,
 * and tells the directory whether this process holds it: while its entry is reachable and held by a
 * ref, an argument or a value. Safe for all threads.
 */
final class SharedEntry implements ObjectEntry.ClusterHold {
  private final ObjectId id;
  private final SharedObjectTable table;
  private WeakReference<ObjectEntry> entry;
  private @Nullable Object outcome;
  private volatile boolean held;
  private volatile boolean gone;
  private volatile boolean kept;
  private int attempt = 1;

  SharedEntry(ObjectEntry first, SharedObjectTable table) {
    this.id = first.id();
    this.table = table;
    this.entry = new WeakReference<>(first);
    this.outcome = first.outcome();
  }

  ObjectId id() {
    return id;
  }

  /** Releases this process's hold, whatever refs there are. */
  synchronized void giveUp() {
    if (held) {
      held = false;
      table.releaseHold(id);
    }
  }

  /** Keeps a reconstructed value here, unless there is a readable copy already. */
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

  /** Keeps a small value of another process here until nobody in the cluster holds it. */
  void keep() {
    kept = true;
  }

  /** Returns whether this is a small value of another process that stays here. */
  boolean isKept() {
    return kept;
  }

  /** Returns the attempt that made the bytes here. */
  synchronized int attempt() {
    return attempt;
  }

  synchronized void attempt(int number) {
    attempt = number;
  }

  boolean isGone() {
    return gone;
  }

  /** Records that this process holds the object from now on. */
  synchronized void hold() {
    if (!held && !gone) {
      held = true;
      table.announceHold(id);
    }
  }

  /**
   * Returns the entry that local refs share, with one hold that the caller releases; null if it is
   * gone.
   */
  synchronized @Nullable ObjectEntry retained() {
    if (gone) {
      return null;
    }
    var present = entry().retain();
    hold();
    return present;
  }

  /**
   * Returns the entry that local refs share: the present one, or a new one with the same outcome.
   */
  synchronized ObjectEntry entry() {
    var present = entry.get();
    if (present == null) {
      present = table.newEntry(this);
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

  /** Returns the content or failure, or null while there is none. */
  synchronized @Nullable Object outcome() {
    return outcome;
  }

  /**
   * Returns the sealed bytes of this process, made here or copied, in memory or spilled; null if
   * there are none, or if they are missing.
   */
  ObjectContent.@Nullable Sealed ownCopy() {
    var own = switch (outcome()) {
      case ObjectContent.Sealed sealed -> sealed;
      case ObjectContent.RemoteValue(RemoteObject object) -> object.copy();
      case null, default -> null;
    };
    return own == null || own.isMissing() ? null : own;
  }

  @Override
  public void onSettled(ObjectEntry settled) {
    synchronized (this) {
      if (outcome != null || gone) {
        return;
      }
      outcome = settled.outcome();
    }
    table.onSettled(this);
  }

  @Override
  public void onUnheld(ObjectEntry released) {
    release();
  }

  /** Handles that an entry of this object has been collected. */
  void onCollected() {
    release();
  }

  /**
   * Drops damaged bytes, unless this process holds the object: then they are dropped when the hold
   * ends.
   */
  void onDamaged() {
    boolean over;
    synchronized (this) {
      boolean missing = outcome instanceof ObjectContent.Sealed own && own.isMissing();
      over = missing && !held && !gone && table.releaseAndDrop(this);
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
      over = table.releaseAndDrop(this);
      gone = over; // the next lookup creates another shared entry
    }
    if (over) {
      drop();
    }
  }

  /** Drops the value, which nobody in the cluster holds any more. */
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
