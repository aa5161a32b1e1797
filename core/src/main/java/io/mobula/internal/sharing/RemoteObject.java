package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.memory.Block;
import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Kept;
import io.mobula.internal.store.ObjectEntry;
import java.lang.ref.WeakReference;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A sealed value of another process, brought here when it is read for the first time. Safe for all
 * threads.
 */
final class RemoteObject implements Content.Remote {
  /** How many places an object may be looked for in, one after the other, before it is lost. */
  private static final int MOST_PLACES = 16;

  private volatile Location location;
  private final List<Kept> edges;
  private final boolean views;
  private final Sharing sharing;
  private final ResultLoans.@Nullable Borrowed loan;
  private volatile WeakReference<@Nullable ObjectEntry> entry = new WeakReference<>(null);
  private volatile Content.@Nullable InStore copy;
  private volatile boolean borrowed;
  private volatile int placesBefore;
  private @Nullable CompletableFuture<Content> brought;
  private @Nullable Block room;

  RemoteObject(Location location, List<Kept> edges, boolean views, Sharing sharing) {
    this(location, edges, views, sharing, null);
  }

  /**
   * The same.
   *
   * @param loan what this process has to end, if it alone holds the object; else null
   */
  RemoteObject(
      Location location,
      List<Kept> edges,
      boolean views,
      Sharing sharing,
      ResultLoans.@Nullable Borrowed loan) {
    this.loan = loan;
    this.location = location;
    this.edges = List.copyOf(edges);
    this.views = views;
    this.sharing = sharing;
  }

  /**
   * This node has a copy of its own, for readers of other processes, too; null: it has not any
   * more.
   */
  void copy(Content.@Nullable InStore present) {
    copy = present;
  }

  /** This node's own copy, or null. */
  Content.@Nullable InStore copy() {
    return copy;
  }

  /** What is brought belongs to another. */
  void borrows() {
    borrowed = true;
  }

  Location location() {
    return location;
  }

  /** Its process has it there now. */
  void moved(ObjectAddress to) {
    var known = location;
    location = Location.of(known.at(), known.id(), known.attempt(), known.bytes(), to);
  }

  /**
   * This is where it was found after that other place could not give it. Says whether that is to be
   * tried: it may be found, and not be had, without end.
   */
  boolean follows(RemoteObject other) {
    placesBefore = other.placesBefore + 1;
    return placesBefore < MOST_PLACES;
  }

  List<Kept> edges() {
    return edges;
  }

  @Override
  public boolean views() {
    return views;
  }

  @Override
  public NodeId at() {
    return location.at();
  }

  @Override
  public long bytes() {
    return location.bytes();
  }

  @Override
  public CompletionStage<Content> bring() {
    return bring(null);
  }

  @Override
  public CompletionStage<Content> bring(@Nullable Block taken) {
    CompletableFuture<Content> present;
    CompletableFuture<Content> started = null;
    synchronized (this) {
      present = brought;
      if (present == null || present.isCompletedExceptionally()) {
        started = new CompletableFuture<>();
        brought = started;
        room = taken;
      }
    }
    if (started == null) {
      giveUp(taken);
      return Objects.requireNonNull(present);
    }
    var _ = started.whenComplete((content, failure) -> giveUp(takeRoom()));
    sharing.bring(this, started);
    return started;
  }

  /** The room that was taken for it, once; or null. */
  synchronized @Nullable Block takeRoom() {
    var taken = room;
    room = null;
    return taken;
  }

  /** Has room be used by whoever tries next. */
  void keepRoom(Block unfilled) {
    synchronized (this) {
      if (room == null && brought != null && !brought.isDone()) {
        room = unfilled;
        return;
      }
    }
    unfilled.abandon();
  }

  private static void giveUp(@Nullable Block unused) {
    if (unused != null) {
      unused.abandon();
    }
  }

  @Override
  public long roomWanted() {
    CompletableFuture<Content> present;
    synchronized (this) {
      present = brought;
    }
    if (present == null || present.isCompletedExceptionally()) {
      return sharing.isReadInPlace(location.at()) ? 0 : location.bytes();
    }
    return present.isDone() ? present.join().roomWanted() : 0;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // contents are known by identity
  public synchronized void forget(Content stale) {
    if (brought != null
        && brought.isDone()
        && !brought.isCompletedExceptionally()
        && brought.join() == stale) {
      brought = null; // the edges are this object's, too
    }
  }

  @Override
  public void belongsTo(ObjectEntry entry) {
    if (loan != null) {
      this.entry = new WeakReference<>(entry);
    } else if (entry.sharer() == null && entry.id().equals(location.id())) {
      sharing.adoptMade(entry);
    }
  }

  /** Whether nobody but this process knows of it. */
  boolean isOnLoan() {
    return loan != null && !loan.isOver();
  }

  /** The entry whose value it is may be held by others from now on. */
  void shared() {
    if (loan != null) {
      loan.share(sharing.statementOf(location.id()));
    }
  }

  /** The process that has it leaves: whoever wants to keep it has to let others know of it. */
  void recalled() {
    var present = entry.get();
    if (present != null) {
      sharing.adoptMade(present);
    }
  }

  private void endLoan() {
    if (loan != null) {
      loan.end();
    }
  }

  @Override
  public void discard() {
    CompletableFuture<Content> present;
    synchronized (this) {
      present = brought;
    }
    if (present == null) {
      edges.forEach(Kept::release);
      endLoan();
      return;
    }
    var _ = present.whenComplete((content, failure) -> {
      if (content != null && !borrowed) {
        content.discard(); // it has the same edges
      } else {
        edges.forEach(Kept::release);
      }
      endLoan();
    });
  }
}
