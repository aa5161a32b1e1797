package io.mobula.internal.group;

import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.PlacementGroup;
import io.mobula.PlacementGroupId;
import io.mobula.Resources;
import io.mobula.internal.placement.BundleRoom;
import io.mobula.internal.placement.Placer.Choice;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of groups: where they are, how busy their bundles are, and which are no
 * more. The scheduler has the last word. Safe for all threads; nothing blocks.
 */
final class GroupTable {
  private static final int MOST_REMEMBERED = 1024;

  /** A group that is no more. */
  record Past(String group, Ending ending) {}

  private final NodeId self;
  private final Map<PlacementGroupId, GroupFacts> living = new LinkedHashMap<>();
  private final Map<PlacementGroupId, Past> past = new LinkedHashMap<>();
  private final Map<PlacementGroupId, GroupSpec> wanted = new LinkedHashMap<>();
  private final Map<NodeId, List<BundleNow>> news = new HashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile Consumer<PlacementGroupId> inquiry = unknown -> {};
  private volatile Consumer<PlacementGroupId> reminder = unready -> {};

  GroupTable(NodeId self) {
    this.self = self;
  }

  /**
   * Says how the scheduler is asked for a group.
   *
   * @param unknown one that is not known here: at once
   * @param unready one that work waits for: some time, as the news of it may be lost
   */
  void inquireBy(Consumer<PlacementGroupId> unknown, Consumer<PlacementGroupId> unready) {
    inquiry = unknown;
    reminder = unready;
  }

  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** What is waited for may be there, or is to be asked for again. */
  void changed() {
    listeners.forEach(Runnable::run);
  }

  // ---- what there is

  synchronized @Nullable GroupFacts find(PlacementGroupId id) {
    return living.get(id);
  }

  synchronized @Nullable Past past(PlacementGroupId id) {
    return past.get(id);
  }

  synchronized List<GroupFacts> all() {
    return List.copyOf(living.values());
  }

  /** The groups that this process has made and that have not been ready. */
  synchronized List<GroupSpec> wanted() {
    return List.copyOf(wanted.values());
  }

  /** The groups that this process knows to be no more. */
  synchronized List<PlacementGroupId> ended() {
    return List.copyOf(past.keySet());
  }

  synchronized void want(GroupSpec spec) {
    wanted.put(spec.id(), spec);
  }

  synchronized void wantNoMore(PlacementGroupId id) {
    wanted.remove(id);
  }

  /** The scheduler has spoken; an older word than what is known is dropped. */
  void put(GroupFacts facts) {
    var id = facts.map().id();
    synchronized (this) {
      var present = living.get(id);
      if (past.containsKey(id)
          || (present != null && !facts.version().isAfter(present.version()))) {
        return;
      }
      living.put(id, facts);
      if (facts.committed()) {
        wanted.remove(id);
      }
    }
    changed();
  }

  /**
   * A group is no more.
   *
   * @return what is to be said of it; null if that was known
   */
  @Nullable
  Past end(PlacementGroupId id, Ending ending) {
    Past ended;
    synchronized (this) {
      var present = living.remove(id);
      wanted.remove(id);
      if (past.containsKey(id)) {
        return null;
      }
      var name = present == null ? null : present.map().spec().name();
      ended = new Past(PlacementGroup.describe(id, name), ending);
      past.put(id, ended);
      if (past.size() > MOST_REMEMBERED) {
        past.remove(past.keySet().iterator().next());
      }
    }
    changed();
    return ended;
  }

  /** How busy the bundles of a node are. */
  void heard(NodeId node, List<BundleNow> said, boolean begins) {
    synchronized (this) {
      var all = new ArrayList<>(begins ? List.of() : news.getOrDefault(node, List.of()));
      all.addAll(said);
      news.put(node, List.copyOf(all));
    }
    changed();
  }

  void left(NodeId node) {
    synchronized (this) {
      news.remove(node);
    }
  }

  // ---- where work goes

  /** See {@link io.mobula.internal.placement.Bundles#choose}. */
  Choice choose(Placement.Group placed, Resources wanting) {
    var id = placed.group().id();
    GroupFacts facts;
    Past ended;
    synchronized (this) {
      facts = living.get(id);
      ended = past.get(id);
    }
    if (ended != null) {
      return new Choice.Refused(work -> ended.ending().exception(work, ended.group()));
    }
    if (facts == null) {
      inquiry.accept(id);
      return new Choice.Await(placed.group() + " is not known here yet");
    }
    var choice = choose(placed, facts, wanting);
    if (choice instanceof Choice.Await) {
      reminder.accept(id);
    }
    return choice;
  }

  private Choice choose(Placement.Group placed, GroupFacts facts, Resources wanting) {
    if (!facts.committed() && !facts.before()) {
      return new Choice.Await(placed.group() + " is not ready: " + facts.why());
    }
    return placed.bundle() == Placement.Group.ANY
        ? any(placed.group(), facts, wanting)
        : at(placed, facts);
  }

  private static Choice at(Placement.Group placed, GroupFacts facts) {
    var node = facts.map().place(placed.bundle());
    return node == null
        ? new Choice.Await(
            "bundle " + placed.bundle() + " of " + placed.group() + " has no node: " + facts.why())
        : new Choice.At(node);
  }

  private Choice any(PlacementGroup group, GroupFacts facts, Resources wanting) {
    var free = new ArrayList<NodeId>();
    NodeId shortest = null;
    int least = Integer.MAX_VALUE;
    for (var node : facts.map().nodes()) {
      var able = facts.map().at(node).stream()
          .filter(bundle -> BundleRoom.covers(facts.map().spec().bundle(bundle), wanting))
          .toList();
      if (able.isEmpty()) {
        continue;
      }
      var said = said(node, group.id());
      if (able.stream()
          .anyMatch(bundle -> !said.containsKey(bundle) || said.get(bundle).hasRoomFor(wanting))) {
        free.add(node);
      }
      int queued = said.values().stream().mapToInt(BundleNow::queued).sum();
      if (queued < least || (queued == least && node.equals(self))) {
        least = queued;
        shortest = node;
      }
    }
    if (!free.isEmpty()) {
      return new Choice.At(
          free.contains(self) ? self : free.get(ThreadLocalRandom.current().nextInt(free.size())));
    }
    return shortest == null
        ? new Choice.Await(
            "no bundle of " + group + " that could hold " + wanting + " has a node: " + facts.why())
        : new Choice.Later(shortest, "every bundle of " + group + " is in use");
  }

  private synchronized Map<Integer, BundleNow> said(NodeId node, PlacementGroupId id) {
    var said = new HashMap<Integer, BundleNow>();
    for (var each : news.getOrDefault(node, List.of())) {
      if (each.id().equals(id)) {
        said.put(each.bundle(), each);
      }
    }
    return said;
  }
}
