package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.DirectoryListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Table of the objects that this process and others know: one {@link SharedEntry} for each, from
 * the moment when a ref first leaves or arrives until nobody in the cluster holds the object. Safe
 * for all threads; only {@link #awaitFrees} blocks.
 */
final class SharedObjectTable implements DirectoryListener {
  private final ObjectStore store;
  private final NodeId self;
  private final DirectoryClient directoryClient;
  private final Map<ObjectId, SharedEntry> entries = new ConcurrentHashMap<>();
  private final Object freedMonitor = new Object();
  private volatile EntryHandler handler = new UnconnectedHandler();

  /** Handler of what happens to the entries, which knows other processes. */
  interface EntryHandler {
    /** Creates the producer of an object that another process makes. */
    ValueProducer producer(ObjectId id);

    /** Handles that an object has an outcome here, which others can get. */
    void onSettled(SharedEntry entry);

    /** Handles that the bytes of an object are dropped here. */
    void onDropped(ObjectId id);
  }

  /** Handler of a table that is not in use yet. */
  private static final class UnconnectedHandler implements EntryHandler {
    @Override
    public ValueProducer producer(ObjectId id) {
      throw new IllegalStateException("Object " + id + " arrives before its table is connected");
    }

    @Override
    public void onSettled(SharedEntry entry) {
      throw new IllegalStateException(
          "Object " + entry.id() + " is shared before its table is connected");
    }

    @Override
    public void onDropped(ObjectId id) {
      throw new IllegalStateException("Object " + id + " is dropped before its table is connected");
    }
  }

  SharedObjectTable(ObjectStore store, NodeId self, DirectoryClient directoryClient) {
    this.store = store;
    this.self = self;
    this.directoryClient = directoryClient;
  }

  /** Sets the handler of all entries. Called once, before the first object is shared. */
  void connect(EntryHandler with) {
    handler = with;
  }

  // ---- out

  /** Shares an object of this process, so that other processes may hold it from now on. */
  void share(ObjectEntry entry) {
    share(entry, true);
  }

  /** Shares an entry whose value is in another process, as that process has reported. */
  void shareRemote(ObjectEntry entry) {
    share(entry, false);
  }

  private void share(ObjectEntry entry, boolean toBeMade) {
    if (entry.clusterHold() != null) {
      return;
    }
    var fresh = new SharedEntry(entry, this);
    if (entry.setClusterHoldIfAbsent(fresh) != fresh) {
      return;
    }
    entries.put(fresh.id(), fresh);
    store.whenUnreachable(entry, fresh::onCollected);
    fresh.hold();
    if (fresh.outcome() != null) {
      handler.onSettled(fresh);
    } else if (entry.outcome() != null) {
      fresh.onSettled(entry);
    } else if (toBeMade && isOwn(fresh.id())) {
      directoryClient.making(fresh.id(), 1);
    }
  }

  /** Returns the objects whose refs are among these edges, and shares them. */
  List<ObjectId> containedObjects(List<HeldRef> edges) {
    var ids = new ArrayList<ObjectId>();
    for (var edge : edges) {
      var entry = edge.heldEntry();
      if (entry != null) {
        share(entry);
        ids.add(entry.id());
      }
    }
    return ids;
  }

  // ---- in

  /**
   * Returns the entry of an object that another process knows, too, with a hold that the caller
   * releases.
   */
  ObjectEntry importEntry(ObjectId id) {
    while (true) {
      var entry = entries.computeIfAbsent(id, this::importNew).retained();
      if (entry != null) {
        return entry;
      }
      entries.computeIfPresent(id, (key, present) -> present.isGone() ? null : present);
    }
  }

  /**
   * Returns the entry of an object whose outcome came along, with a hold that the caller releases.
   */
  ObjectEntry importEntryWith(ObjectId id, Object outcome, int attempt) {
    var entry = importEntry(id);
    if (entry.clusterHold() instanceof SharedEntry present) {
      present.attempt(attempt);
    }
    if (entry.outcome() instanceof ObjectContent.RemoteValue(RemoteObject known)
        && known.hasHolderLeft()
        && outcome instanceof ObjectContent.RemoteValue(RemoteObject fresh)) {
      known.tryMoveTo(fresh); // the sender has looked it up since
    }
    settle(entry, outcome);
    return entry;
  }

  private SharedEntry importNew(ObjectId id) {
    var entry = store.createPending(id, handler.producer(id));
    var created = new SharedEntry(entry, this);
    entry.setClusterHoldIfAbsent(created);
    store.whenUnreachable(entry, created::onCollected);
    return created;
  }

  /** Creates another entry for local refs, after the last one was collected. */
  ObjectEntry newEntry(SharedEntry of) {
    var entry = store.createPending(of.id(), handler.producer(of.id()));
    entry.setClusterHoldIfAbsent(of);
    store.whenUnreachable(entry, of::onCollected);
    return entry;
  }

  /**
   * Keeps a sealed value that was made here. This node may know the object already from a node that
   * has left; a copy that is still here stays, since others may read it.
   *
   * @return its entry, with a hold that the caller releases
   */
  ObjectEntry keep(ObjectId id, ObjectContent.Sealed sealed, int attempt) {
    var entry = importEntry(id);
    if (!(entry.clusterHold() instanceof SharedEntry present)) {
      throw new IllegalStateException("Object " + id + " is imported and not shared");
    }
    if (present.outcome() == null) {
      present.attempt(attempt);
      settle(entry, sealed);
    } else if (present.replace(sealed, attempt)) {
      handler.onSettled(present);
    } else {
      sealed.discard();
      // otherwise a process that has requested the reconstruction would wait for this attempt
      handler.onSettled(present);
    }
    return entry;
  }

  /** Gives an object its outcome, an {@link ObjectContent} or an {@link ObjectFailure}. */
  void settle(ObjectId id, Object outcome) {
    var known = entries.get(id);
    if (known != null) {
      settle(known.entry(), outcome);
    } else if (outcome instanceof ObjectContent content) {
      content.discard();
    }
  }

  private static void settle(ObjectEntry entry, Object outcome) {
    if (outcome instanceof ObjectContent content) {
      entry.complete(content);
    } else {
      entry.fail((ObjectFailure) outcome);
    }
  }

  // ---- what is here

  /** Returns whether this process has made the id. */
  boolean isOwn(ObjectId id) {
    return id.node() == self.incarnation();
  }

  /** Returns the entry of an object, or null if it is not shared. */
  @Nullable
  SharedEntry find(ObjectId id) {
    return entries.get(id);
  }

  /** Returns all entries, as they change. */
  Collection<SharedEntry> entries() {
    return Collections.unmodifiableCollection(entries.values());
  }

  /**
   * Returns what a shared object waits for in this process; null if the object is not known here,
   * or is ready.
   */
  @Nullable
  WaitPoint pendingHere(ObjectId id) {
    var known = entries.get(id);
    if (known == null) {
      return null;
    }
    return switch (known.outcome()) {
      case null -> known.entry();
      case ObjectContent.Sealed sealed
      when sealed.address() == null ->
        () -> WaitStep.end("it is read from a disk there", WaitCause.RUNNING);
      default -> null;
    };
  }

  /** Handles that an entry has got its outcome. */
  void onSettled(SharedEntry entry) {
    handler.onSettled(entry);
  }

  // ---- releasing

  void releaseHold(ObjectId id) {
    directoryClient.release(id);
  }

  void announceHold(ObjectId id) {
    directoryClient.hold(id);
  }

  /**
   * Releases this process's hold. Drops a value that came from elsewhere or was damaged here, and
   * returns true; a value that was sealed here stays.
   */
  boolean releaseAndDrop(SharedEntry entry) {
    var id = entry.id();
    var sealed = entry.outcome() instanceof ObjectContent.Sealed made ? made : null;
    boolean isDropped = !isOwn(id) && !entry.isKept() && (sealed == null || sealed.isMissing());
    if (isDropped && (sealed != null || entry.ownCopy() != null)) {
      directoryClient.retract(id); // the copy is dropped, too
    }
    directoryClient.release(id);
    boolean removed = isDropped && entries.remove(id, entry);
    if (removed && sealed != null) {
      handler.onDropped(id);
    }
    return removed;
  }

  @Override
  public void freed(ObjectId id) {
    var known = entries.remove(id);
    handler.onDropped(id);
    if (known != null) {
      known.markGone();
    }
    synchronized (freedMonitor) {
      freedMonitor.notifyAll();
    }
  }

  /**
   * Drops a copy that the directory refuses. If this process holds the object, it goes on reading
   * the copy; no other process gets it.
   */
  @Override
  public void refused(ObjectId id, int attempt, int accepted) {
    var known = entries.get(id);
    if (known != null && !known.isHeld()) {
      freed(id);
    }
  }

  /**
   * Waits until no entry matches, since nobody else holds such objects, or until the timeout has
   * passed. Frees take a few messages after the holds were released.
   */
  void awaitFrees(Predicate<SharedEntry> matches, Duration timeout) {
    long end = System.nanoTime() + timeout.toNanos();
    try {
      synchronized (freedMonitor) {
        for (long left = timeout.toMillis();
            left > 0 && entries.values().stream().anyMatch(matches); ) {
          freedMonitor.wait(left);
          left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
