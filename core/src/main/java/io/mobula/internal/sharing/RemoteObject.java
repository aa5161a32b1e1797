package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Kept;
import io.mobula.internal.store.ObjectEntry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A sealed value of another process, brought here when it is read for the first time. Safe for all
 * threads.
 */
final class RemoteObject implements Content.Remote {
  private final Location location;
  private final List<Kept> edges;
  private final boolean views;
  private final Sharing sharing;
  private volatile Content.@Nullable InStore copy;
  private volatile boolean borrowed;
  private @Nullable CompletableFuture<Content> brought;

  RemoteObject(Location location, List<Kept> edges, boolean views, Sharing sharing) {
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

  List<Kept> edges() {
    return edges;
  }

  boolean views() {
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
    CompletableFuture<Content> started;
    synchronized (this) {
      if (brought != null && !brought.isCompletedExceptionally()) {
        return brought;
      }
      started = new CompletableFuture<>();
      brought = started;
    }
    sharing.bring(this, started);
    return started;
  }

  @Override
  public void belongsTo(ObjectEntry entry) {
    if (entry.sharer() == null && entry.id().equals(location.id())) {
      sharing.adoptMade(entry);
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
      return;
    }
    var _ = present.whenComplete((content, failure) -> {
      if (content != null && !borrowed) {
        content.discard(); // it has the same edges
      } else {
        edges.forEach(Kept::release);
      }
    });
  }
}
