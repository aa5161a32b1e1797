package io.mobula.ps.internal.shard;

import io.mobula.ActorHandle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Actor that is the authority on a server's tables, its layout, and what a restarted shard has to
 * recover. It handles no gradients and no weights; no request waits for it unless tables move or a
 * shard dies. After a restart the owner fills it again.
 */
public final class CatalogActor {
  private final TreeMap<Integer, TableEntry> tables = new TreeMap<>();
  private final Map<Integer, Integer> starts = new HashMap<>();
  private final Map<Integer, List<ActorHandle<ReplicaActor>>> replicas = new HashMap<>();
  private final CompletableFuture<ShardLayout> opened = new CompletableFuture<>();
  private final List<CompletableFuture<ShardLayout>> layoutWaiters = new ArrayList<>();
  private int generation; // how often the owner has filled the catalog, including this time
  private boolean moving;
  private @Nullable ShardLayout layout;

  /**
   * Fills a catalog that has just been started or restarted with what the owner knows.
   *
   * @param times how often the owner has filled the catalog, from 1
   */
  public void open(
      int times,
      ShardLayout present,
      List<TableEntry> known,
      Map<Integer, List<ActorHandle<ReplicaActor>>> standing) {
    generation = times;
    layout = present;
    known.forEach(this::putTable);
    standing.forEach(this::setReplicas);
    opened.complete(present);
  }

  /**
   * Returns a stage that completes once the catalog has been restarted and is empty: the runtime
   * then repeats this pending call on the new instance.
   */
  public CompletionStage<Boolean> whenRestarted() {
    return layout == null ? CompletableFuture.completedFuture(true) : new CompletableFuture<>();
  }

  private ShardLayout present() {
    return java.util.Objects.requireNonNull(layout, "layout");
  }

  // ---- shards

  /** Registers a shard that was started or restarted, and returns its assignment. */
  public CompletionStage<ShardAssignment> registerShard(int shard) {
    return opened.thenApply(first -> assignmentOf(shard));
  }

  private ShardAssignment assignmentOf(int shard) {
    int epoch = ShardAssignment.epoch(generation, starts.merge(shard, 1, Integer::sum));
    var here = present();
    if (shard >= here.size()) {
      return new ShardAssignment(
          epoch, List.of(), new TablePart(here.version(), shard, 0), replicasOf(shard));
    }
    var part = new TablePart(here.version(), shard, here.size());
    return new ShardAssignment(epoch, List.copyOf(tables.values()), part, replicasOf(shard));
  }

  private List<ActorHandle<ReplicaActor>> replicasOf(int shard) {
    return replicas.getOrDefault(shard, List.of());
  }

  /** Sets the replicas of a shard. */
  public void setReplicas(int shard, List<ActorHandle<ReplicaActor>> actors) {
    replicas.put(shard, List.copyOf(actors));
  }

  // ---- tables

  /** Adds a table, or replaces what is known of one. */
  public void putTable(TableEntry table) {
    tables.put(table.spec().id(), table);
  }

  /** Removes a table that was dropped. */
  public void removeTable(int table) {
    tables.remove(table);
  }

  // ---- layouts

  /** Returns the present layout, as soon as no move is under way. */
  public CompletionStage<ShardLayout> layout() {
    if (!moving) {
      return opened.thenApply(first -> present());
    }
    var answer = new CompletableFuture<ShardLayout>();
    layoutWaiters.add(answer);
    return answer;
  }

  /** Begins a move of all tables; returns how often each shard was started until now. */
  public Map<Integer, Integer> beginMove() {
    moving = true;
    return Map.copyOf(starts);
  }

  /**
   * Commits a move, unless a shard was restarted meanwhile; then the old layout stays.
   *
   * @param then the result of {@link #beginMove}
   * @return whether the new layout is valid
   */
  public boolean commit(ShardLayout next, Map<Integer, Integer> then) {
    boolean undisturbed = moving
        && starts.entrySet().stream()
            .allMatch(each -> each.getValue().equals(then.getOrDefault(each.getKey(), 1)));
    if (undisturbed) {
      layout = next;
    }
    return undisturbed;
  }

  /** Ends a move and answers the pending requests for the layout. */
  public void endMove() {
    moving = false;
    var all = List.copyOf(layoutWaiters);
    layoutWaiters.clear();
    all.forEach(each -> each.complete(present()));
  }
}
