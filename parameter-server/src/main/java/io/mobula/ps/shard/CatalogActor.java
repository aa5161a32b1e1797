package io.mobula.ps.shard;

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
 * The actor that knows what tables a server has, which shards they are split over, and what a shard
 * that is started anew has to do: the one truth about a server. It sees no gradient and no weight,
 * and nobody waits for it while nothing moves and nobody dies. One that is started anew is filled
 * by the owner.
 */
public final class CatalogActor {
  private final TreeMap<Integer, TableEntry> tables = new TreeMap<>();
  private final Map<Integer, Integer> starts = new HashMap<>();
  private final Map<Integer, List<ActorHandle<ReplicaActor>>> replicas = new HashMap<>();
  private final CompletableFuture<ShardLayout> opened = new CompletableFuture<>();
  private final List<CompletableFuture<ShardLayout>> layoutWaiters = new ArrayList<>();
  private int generation; // how often the owner has filled it, this time included
  private boolean moving;
  private @Nullable ShardLayout layout;

  /**
   * What its owner knows: fills a catalog that was just started, for the first time or again.
   *
   * @param times how often the owner has done so, from 1
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
   * Completes when it has lost all it knew: when it was started anew, that is, as this call is then
   * made again.
   */
  public CompletionStage<Boolean> whenRestarted() {
    return layout == null ? CompletableFuture.completedFuture(true) : new CompletableFuture<>();
  }

  private ShardLayout present() {
    return java.util.Objects.requireNonNull(layout, "layout");
  }

  // ---- shards

  /** A shard has been started, for the first time or again. */
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

  /** Who stands by for a shard. */
  public void setReplicas(int shard, List<ActorHandle<ReplicaActor>> actors) {
    replicas.put(shard, List.copyOf(actors));
  }

  // ---- tables

  /** There is one more table, or something new to know about one. */
  public void putTable(TableEntry table) {
    tables.put(table.spec().id(), table);
  }

  /** A table is dropped. */
  public void removeTable(int table) {
    tables.remove(table);
  }

  // ---- layouts

  /** The present layout, as soon as nothing moves. */
  public CompletionStage<ShardLayout> layout() {
    if (!moving) {
      return opened.thenApply(first -> present());
    }
    var answer = new CompletableFuture<ShardLayout>();
    layoutWaiters.add(answer);
    return answer;
  }

  /** The parameters begin to move; gives how often each shard was started until now. */
  public Map<Integer, Integer> beginMove() {
    moving = true;
    return Map.copyOf(starts);
  }

  /**
   * The parameters have moved, unless a shard has been started anew meanwhile: then all is as it
   * was before.
   *
   * @param then what {@link #beginMove} gave
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

  /** Nothing moves any more: those who wait for a layout are answered. */
  public void endMove() {
    moving = false;
    var all = List.copyOf(layoutWaiters);
    layoutWaiters.clear();
    all.forEach(each -> each.complete(present()));
  }
}
