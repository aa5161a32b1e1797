package io.mobula.internal.sharing;

import io.mobula.ObjectId;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectEntry;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * One object that other processes may hold: keeps its outcome here whether or not this process
 * holds a ref to it. Safe for all threads.
 */
final class SharedEntry implements ObjectEntry.Sharer {
  private final ObjectId id;
  private final Sharing sharing;
  private WeakReference<ObjectEntry> entry;
  private @Nullable Object outcome;
  private boolean forgotten;

  SharedEntry(ObjectEntry first, Sharing sharing) {
    this.id = first.id();
    this.sharing = sharing;
    this.entry = new WeakReference<>(first);
    this.outcome = first.outcome();
  }

  ObjectId id() {
    return id;
  }

  /** The entry that local refs share: the present one, or a new one with the same outcome. */
  synchronized ObjectEntry entry() {
    var present = entry.get();
    if (present == null) {
      present = sharing.newEntry(this);
      entry = new WeakReference<>(present);
      var known = outcome;
      if (known instanceof Content content) {
        present.complete(content);
      } else if (known instanceof Failure failure) {
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
  public void settled(ObjectEntry settled) {
    synchronized (this) {
      if (outcome == null) {
        outcome = settled.outcome();
      }
    }
    sharing.settled(this);
  }

  @Override
  public void unheld(ObjectEntry released) {
    sharing.unheld(this);
  }

  /** Whether local refs, arguments or values hold it, as far as known without the collector. */
  synchronized boolean isHeld() {
    var present = entry.get();
    return present != null && present.isHeld();
  }

  /** Nobody in the cluster holds it: drops the value. */
  void vanish() {
    ObjectEntry present;
    Object last;
    synchronized (this) {
      if (forgotten) {
        return;
      }
      forgotten = true;
      present = entry.get();
      last = outcome;
    }
    if (present != null) {
      present.vanish();
    } else if (last instanceof Content content) {
      content.discard();
    }
  }
}
