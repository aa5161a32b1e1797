package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.store.ArgumentUnavailableException;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sealed value of another process, which is fetched when it is read for the first time. Safe for
 * all threads.
 */
final class RemoteObject implements ObjectContent.RemoteAccess {
  /**
   * Largest number of holders that are tried one after the other before an object counts as lost.
   */
  private static final int MAX_LOCATIONS = 16;

  private volatile ObjectLocation location;
  private final List<HeldRef> edges;
  private final boolean views;
  private final RemoteObjects objects;
  private final ResultLoans.@Nullable BorrowedResult loan;
  private volatile WeakReference<@Nullable ObjectEntry> entry = new WeakReference<>(null);
  private volatile ObjectContent.@Nullable Sealed copy;
  private volatile boolean borrowed;
  private volatile int relocations;
  private volatile @Nullable Supplier<String> notReconstructibleReason;
  private @Nullable ActiveFetch activeFetch;

  /**
   * Fetch of the object to this process, shared by all who ask meanwhile. {@code fromPlace}
   * completes for those who want the object from its known holder alone, {@code done} for all
   * others. Fields that are not final are guarded by the object's monitor.
   */
  private static final class ActiveFetch {
    final CompletableFuture<ObjectContent> done = new CompletableFuture<>();
    final CompletableFuture<ObjectContent> fromPlace = new CompletableFuture<>();
    boolean fromAnywhere;

    @Nullable
    WritableBlock room;

    ActiveFetch(@Nullable WritableBlock room) {
      this.room = room;
    }
  }

  /**
   * Creates a remote object that may be on loan to this process.
   *
   * @param loan the loan to end, if only this process holds the object; else null
   */
  RemoteObject(
      ObjectLocation location,
      List<HeldRef> edges,
      boolean views,
      RemoteObjects objects,
      ResultLoans.@Nullable BorrowedResult loan) {
    this.loan = loan;
    this.location = location;
    this.edges = List.copyOf(edges);
    this.views = views;
    this.objects = objects;
  }

  /**
   * Records this node's own copy, which other processes may read, too; null if it has none any
   * more.
   */
  void copy(ObjectContent.@Nullable Sealed present) {
    copy = present;
  }

  /** Returns this node's own copy, or null. */
  ObjectContent.@Nullable Sealed copy() {
    return copy;
  }

  /** Records that the fetched content belongs to another object. */
  void markBorrowed() {
    borrowed = true;
  }

  ObjectLocation location() {
    return location;
  }

  /** Records the new address of the object in its holder's memory. */
  synchronized void updateAddress(ObjectAddress to) {
    var known = location;
    location = ObjectLocation.of(known.holder(), known.id(), known.attempt(), known.bytes(), to);
  }

  /**
   * Counts that this object was found after another location could not give it. Returns whether it
   * is to be tried: an object might be found and not be readable without end.
   */
  boolean countRelocation(RemoteObject other) {
    relocations = other.relocations + 1;
    return relocations < MAX_LOCATIONS;
  }

  /** Records why the object cannot be reconstructed, for messages. */
  void setNotReconstructibleReason(Supplier<String> why) {
    notReconstructibleReason = why;
  }

  /** Returns why the object cannot be reconstructed; null if no reason is known. */
  @Nullable
  String notReconstructibleReason() {
    var why = notReconstructibleReason;
    return why == null ? null : why.get();
  }

  List<HeldRef> edges() {
    return edges;
  }

  @Override
  public boolean views() {
    return views;
  }

  @Override
  public NodeId holder() {
    return location.holder();
  }

  @Override
  public long bytes() {
    return location.bytes();
  }

  /**
   * Moves this object to another location, from which it is read from now on. Returns false and
   * changes nothing if the location is the same, if other refs or handles are inside, or if bytes
   * of another attempt have been fetched or are about to be: bytes of two attempts are never mixed.
   */
  synchronized boolean tryMoveTo(RemoteObject found) {
    var to = found.location;
    boolean untouched =
        copy == null && (activeFetch == null || activeFetch.done.isCompletedExceptionally());
    if (to.holder().equals(location.holder())
        || (to.attempt() != location.attempt() && !untouched)
        || !containsTheSame(found.edges)) {
      return false;
    }
    location = to;
    return true;
  }

  private boolean containsTheSame(List<HeldRef> others) {
    return edges.stream()
        .map(HeldRef::target)
        .toList()
        .equals(others.stream().map(HeldRef::target).toList());
  }

  @Override
  public boolean hasHolderLeft() {
    return copy == null && objects.hasLeft(location.holder());
  }

  @Override
  public CompletionStage<Boolean> locate() {
    return isOnLoan()
        ? CompletableFuture.completedStage(false)
        : objects.fetcher().locate(this);
  }

  @Override
  public CompletionStage<ObjectContent> fetch() {
    return fetch(null, true);
  }

  @Override
  public CompletionStage<ObjectContent> fetch(@Nullable WritableBlock taken) {
    return fetch(taken, true);
  }

  @Override
  public CompletionStage<ObjectContent> fetchFromKnownHolder(@Nullable WritableBlock taken) {
    return fetch(taken, false);
  }

  private CompletionStage<ObjectContent> fetch(
      @Nullable WritableBlock taken, boolean fromAnywhere) {
    ActiveFetch present;
    ActiveFetch started = null;
    synchronized (this) {
      present = activeFetch;
      if (present == null || present.done.isCompletedExceptionally()) {
        started = new ActiveFetch(taken);
        present = started;
        activeFetch = started;
      }
      present.fromAnywhere |= fromAnywhere;
    }
    if (started == null) {
      giveUp(taken);
    } else {
      begin(started);
    }
    return fromAnywhere || present.done.isDone() ? present.done : present.fromPlace;
  }

  private void begin(ActiveFetch started) {
    var _ = started.done.whenComplete((content, failure) -> ended(started, content, failure));
    objects.fetcher().fetch(this, started.done);
  }

  private void ended(
      ActiveFetch over, @Nullable ObjectContent content, @Nullable Throwable failure) {
    giveUp(takeRoom(over));
    if (content != null) {
      over.fromPlace.complete(content);
    } else {
      over.fromPlace.completeExceptionally(Objects.requireNonNull(failure));
    }
  }

  /**
   * Handles that the known holder cannot give the object: fails the fetch for those who wanted it
   * from there alone.
   *
   * @return whether others want it from any holder
   */
  boolean continueWithout(String place) {
    ActiveFetch present;
    boolean goesOn;
    synchronized (this) {
      present = activeFetch;
      goesOn = present == null || present.fromAnywhere;
      if (!goesOn) {
        activeFetch = null; // the next reader starts a new fetch
      }
    }
    if (present != null) {
      var absent = new ArgumentUnavailableException(location.id(), place);
      present.fromPlace.completeExceptionally(absent);
      if (!goesOn) {
        present.done.completeExceptionally(absent);
      }
    }
    return goesOn;
  }

  /** Returns the memory that was allocated for the object, once; or null. */
  synchronized @Nullable WritableBlock takeRoom() {
    return activeFetch == null ? null : takeRoom(activeFetch);
  }

  private synchronized @Nullable WritableBlock takeRoom(ActiveFetch from) {
    var taken = from.room;
    from.room = null;
    return taken;
  }

  /** Keeps unfilled memory for the next attempt to fetch the object. */
  void keepRoom(WritableBlock unfilled) {
    synchronized (this) {
      if (activeFetch != null && activeFetch.room == null && !activeFetch.done.isDone()) {
        activeFetch.room = unfilled;
        return;
      }
    }
    unfilled.abandon();
  }

  private static void giveUp(@Nullable WritableBlock unused) {
    if (unused != null) {
      unused.abandon();
    }
  }

  @Override
  public long roomWanted() {
    var present = done();
    if (present == null || present.isCompletedExceptionally()) {
      return objects.isReadInPlace(location.holder()) ? 0 : location.bytes();
    }
    return present.isDone() ? present.join().roomWanted() : 0;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // contents are known by identity
  public synchronized void forget(ObjectContent stale) {
    var present = done();
    if (present != null
        && present.isDone()
        && !present.isCompletedExceptionally()
        && present.join() == stale) {
      activeFetch = null; // the edges belong to this object, too
    }
  }

  private synchronized @Nullable CompletableFuture<ObjectContent> done() {
    return activeFetch == null ? null : activeFetch.done;
  }

  @Override
  public void bindTo(ObjectEntry entry) {
    if (loan != null) {
      this.entry = new WeakReference<>(entry);
    } else if (entry.clusterHold() == null && entry.id().equals(location.id())) {
      objects.share(entry);
    }
  }

  /** Returns whether only this process and the holder know the object. */
  boolean isOnLoan() {
    return loan != null && !loan.isOver();
  }

  /** Handles that the entry with this value is shared from now on. */
  void onShared() {
    if (loan != null) {
      loan.share(objects.statementOf(location.id()));
    }
  }

  /**
   * Handles that the holder leaves: if this process still wants the object, it has to be shared.
   */
  void onRecalled() {
    var present = entry.get();
    if (present != null) {
      objects.share(present);
    }
  }

  private void endLoan() {
    if (loan != null) {
      loan.end();
    }
  }

  @Override
  public void discard() {
    var present = done();
    if (present == null) {
      edges.forEach(HeldRef::release);
      endLoan();
      return;
    }
    var _ = present.whenComplete((content, failure) -> {
      if (content != null && !borrowed) {
        content.discard(); // it has the same edges
      } else {
        edges.forEach(HeldRef::release);
      }
      endLoan();
    });
  }
}
