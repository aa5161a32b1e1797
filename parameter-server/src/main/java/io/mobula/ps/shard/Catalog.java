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
public final class Catalog {
  private final TreeMap<Integer, TableEntry> tables = new TreeMap<>();
  private final Map<Integer, Integer> starts = new HashMap<>();
  private final Map<Integer, List<ActorHandle<StandbyActor>>> standbys = new HashMap<>();
  private final CompletableFuture<Layout> opened = new CompletableFuture<>();
  private final List<CompletableFuture<Layout>> asked = new ArrayList<>();
  private int life; // how often the owner has filled it, this time included
  private boolean moving;
  private @Nullable Layout layout;

  /**
   * What its owner knows: fills a catalog that was just started, for the first time or again.
   *
   * @param times how often the owner has done so, from 1
   */
  public void open(
      int times,
      Layout present,
      List<TableEntry> known,
      Map<Integer, List<ActorHandle<StandbyActor>>> standing) {
    life = times;
    layout = present;
    known.forEach(this::note);
    standing.forEach(this::standby);
    opened.complete(present);
  }

  /**
   * Completes when it has lost all it knew: when it was started anew, that is, as this call is then
   * made again.
   */
  public CompletionStage<Boolean> isEmpty() {
    return layout == null ? CompletableFuture.completedFuture(true) : new CompletableFuture<>();
  }

  private Layout present() {
    return java.util.Objects.requireNonNull(layout, "layout");
  }

  // ---- shards

  /** A shard has been started, for the first time or again. */
  public CompletionStage<Orders> enlist(int shard) {
    return opened.thenApply(first -> ordersFor(shard));
  }

  private Orders ordersFor(int shard) {
    int epoch = Orders.epoch(life, starts.merge(shard, 1, Integer::sum));
    var here = present();
    if (shard >= here.size()) {
      return new Orders(epoch, List.of(), new Part(here.version(), shard, 0), standbysOf(shard));
    }
    var part = new Part(here.version(), shard, here.size());
    return new Orders(epoch, List.copyOf(tables.values()), part, standbysOf(shard));
  }

  private List<ActorHandle<StandbyActor>> standbysOf(int shard) {
    return standbys.getOrDefault(shard, List.of());
  }

  /** Who stands by for a shard. */
  public void standby(int shard, List<ActorHandle<StandbyActor>> actors) {
    standbys.put(shard, List.copyOf(actors));
  }

  // ---- tables

  /** There is one more table, or something new to know about one. */
  public void note(TableEntry table) {
    tables.put(table.spec().id(), table);
  }

  /** A table is dropped. */
  public void forget(int table) {
    tables.remove(table);
  }

  // ---- layouts

  /** The present layout, as soon as nothing moves. */
  public CompletionStage<Layout> layout() {
    if (!moving) {
      return opened.thenApply(first -> present());
    }
    var answer = new CompletableFuture<Layout>();
    asked.add(answer);
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
  public boolean commit(Layout next, Map<Integer, Integer> then) {
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
    var all = List.copyOf(asked);
    asked.clear();
    all.forEach(each -> each.complete(present()));
  }
}
