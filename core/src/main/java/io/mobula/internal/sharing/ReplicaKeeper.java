package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.TooFewCopiesException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.execution.CoalescedAction;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeper of as many replicas of a value as its {@code put} asked for. All holders know each other.
 * When one of them has left, the one with the lowest id {@linkplain ObjectHandOver hands a copy
 * over} to another node, on another host if there is one. If a node dies after it has made a
 * replica and before it has told the others, there is one replica too many at most, which is freed
 * with the object. Safe for all threads; {@link #create} blocks its caller.
 */
final class ReplicaKeeper implements Membership.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(ReplicaKeeper.class);

  /** Largest number of objects that are copied at a time after a loss. */
  private static final int MAX_RESTORED = 1024;

  private static final Duration RESTORING = Duration.ofSeconds(30);
  private static final Duration AGAIN = Duration.ofSeconds(2);

  /** Time after which a driver looks for nodes again; it hears of most new nodes sooner. */
  private static final long LOOK_MILLIS = 500;

  private final SharedObjectTable table;
  private final ObjectHandOver handOver;
  private final ObjectStore store;
  private final BackgroundTimer timer;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final Map<ObjectId, ReplicaSet> sets = new ConcurrentHashMap<>();
  private final CoalescedAction restoring = new CoalescedAction(this::restore);
  private final AtomicBoolean planned = new AtomicBoolean();
  private final Object joins = new Object();

  ReplicaKeeper(
      SharedObjectTable table,
      ObjectHandOver handOver,
      ObjectStore store,
      BackgroundTimer timer,
      NodeMessaging messaging) {
    this.table = table;
    this.handOver = handOver;
    this.store = store;
    this.timer = timer;
    this.membership = messaging.membership();
    this.messaging = messaging;
  }

  /** Listens to other processes from now on. */
  void listen() {
    messaging.on(FrameKind.OBJECT_REPLICAS, this::onReplicas);
    membership.subscribe(this);
  }

  private NodeId self() {
    return membership.self().id();
  }

  private boolean hasLeft(NodeId node) {
    return !node.equals(self()) && membership.peer(node) == null;
  }

  // ---- the first replicas

  /**
   * Creates replicas until the object has that many copies.
   *
   * @throws TooFewCopiesException when there are not enough copies in time
   */
  void create(SharedEntry entry, int wanted, Duration within) {
    long end = System.nanoTime() + within.toNanos();
    var id = entry.id();
    boolean isNode = membership.self().role() == Peer.Role.NODE;
    var set = new ReplicaSet(wanted, isNode ? List.of(self()) : List.of());
    var why = "there are no other nodes";
    while (true) {
      if (!isNode && handOver.targets().size() < wanted) {
        set = set.with(self()); // a driver's store is better than none
      }
      long left = end - System.nanoTime();
      if (!set.lacksReplicas()) {
        break;
      }
      if (left <= 0) {
        throw tooFew(id, set, within, why);
      }
      var ranks = ranksIn(set);
      var result = handOver.handOver(List.of(entry), any -> ranks, Duration.ofNanos(left));
      requireGoingOn(id);
      var target = result.newHolders().get(id);
      if (target == null) {
        why = result.remaining().getOrDefault(id, why);
        awaitJoin(Math.min(LOOK_MILLIS, TimeUnit.NANOSECONDS.toMillis(left)));
      } else {
        set = set.with(target);
      }
    }
    share(id, set);
  }

  private void requireGoingOn(ObjectId id) {
    if (Thread.currentThread().isInterrupted()) {
      throw new WaitInterruptedException(
          "The thread was interrupted while copies of object " + id + " were made.");
    }
    if (store.isClosed()) {
      throw new RuntimeClosedException(
          "The runtime was closed while copies of object " + id + " were made.");
    }
  }

  @SuppressWarnings("WaitNotInLoop") // the caller checks again, whatever has woken it
  private void awaitJoin(long millis) {
    synchronized (joins) {
      try {
        joins.wait(Math.max(1, millis));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static TooFewCopiesException tooFew(
      ObjectId id, ReplicaSet set, Duration within, String why) {
    return new TooFewCopiesException(
        "Object " + id + " was to be kept on " + set.wanted()
            + " nodes, and after " + within + " it is on " + set.holders().size() + " "
            + set.holders() + ": " + why
            + ". Add nodes, give their stores more room (mobula.store.capacity), or ask for fewer copies.");
  }

  /**
   * Returns ranks by which nodes on hosts without a copy come first, and nodes that have a copy are
   * never asked.
   */
  private HandOverPlan.TargetRanks ranksIn(ReplicaSet set) {
    var taken = set.holders();
    var hosts = taken.stream().map(membership::peer).map(ReplicaKeeper::hostOf).toList();
    return target -> taken.contains(target)
        ? HandOverPlan.TargetRanks.NEVER
        : hosts.contains(hostOf(membership.peer(target))) ? 1 : 0;
  }

  /** Returns a text that is equal for two nodes of one host: its name and address. */
  private static String hostOf(@Nullable Peer peer) {
    if (peer == null) {
      return "";
    }
    var address = peer.address();
    return peer.host() + " " + address.substring(0, Math.max(0, address.lastIndexOf(':')));
  }

  /** Tells all holders of each other. */
  private void share(ObjectId id, ReplicaSet set) {
    sets.put(id, set);
    for (var holder : set.holders()) {
      if (!holder.equals(self())) {
        var frame = FrameWriter.of(FrameKind.OBJECT_REPLICAS);
        ObjectLocation.write(frame, id);
        set.write(frame);
        messaging.send(holder, frame.toBytes());
      }
    }
    forgetIfGone(id);
    dropThoseThatLeft(id);
  }

  private void onReplicas(NodeId from, FrameReader frame) {
    var id = ObjectLocation.readId(frame);
    sets.put(id, ReplicaSet.read(frame));
    forgetIfGone(id);
    dropThoseThatLeft(id);
  }

  /** Removes the set if the object was freed before the set was recorded. */
  private void forgetIfGone(ObjectId id) {
    if (table.find(id) == null) {
      sets.remove(id);
    }
  }

  /** Removes holders that left before the set was recorded. */
  private void dropThoseThatLeft(ObjectId id) {
    var changed = sets.computeIfPresent(id, (key, set) -> {
      var present = set;
      for (var holder : set.holders()) {
        present = hasLeft(holder) ? present.without(holder) : present;
      }
      return present;
    });
    if (changed != null && changed.lacksReplicas()) {
      restoreSoon();
    }
  }

  /** Forgets an object that nobody holds any more. */
  void forget(ObjectId id) {
    sets.remove(id);
  }

  // ---- lost replicas

  @Override
  public void joined(Peer peer) {
    synchronized (joins) {
      joins.notifyAll();
    }
    if (sets.values().stream().anyMatch(ReplicaSet::lacksReplicas)) {
      restoreSoon();
    }
  }

  @Override
  public void left(Peer peer, String how) {
    boolean any = false;
    for (var id : sets.keySet()) {
      var changed = sets.computeIfPresent(id, (key, set) -> set.without(peer.id()));
      any |= changed != null && changed.lacksReplicas();
    }
    if (any) {
      restoreSoon();
    }
  }

  private void restoreSoon() {
    store.threads().runInBackground(restoring::request);
  }

  private void restoreLater() {
    if (planned.compareAndSet(false, true)) {
      timer.runAfter(AGAIN, () -> {
        planned.set(false);
        restoring.request();
      });
    }
  }

  /**
   * Restores the replicas that are missing and that this node is responsible for, one of each
   * object at a time.
   */
  private void restore() {
    var lacking = lacking();
    while (!lacking.isEmpty() && !store.isClosed()) {
      var result = handOver.handOver(lacking, this::ranks, RESTORING);
      result.newHolders().forEach(this::addHolder);
      LOG.info(
          "{} of {} objects have a copy more, after a node that had one has left",
          result.newHolders().size(),
          lacking.size());
      if (result.newHolders().isEmpty()) {
        restoreLater();
        return;
      }
      lacking = lacking();
    }
  }

  private List<SharedEntry> lacking() {
    var found = new ArrayList<SharedEntry>();
    for (var each : sets.entrySet()) {
      var set = each.getValue();
      if (set.lacksReplicas() && set.isRestoredBy(self()) && found.size() < MAX_RESTORED) {
        var entry = table.find(each.getKey());
        if (entry != null && hasTaker(set)) {
          found.add(entry);
        }
      }
    }
    return found;
  }

  private boolean hasTaker(ReplicaSet set) {
    return handOver.targets().stream().anyMatch(target -> !set.holders().contains(target));
  }

  private void addHolder(ObjectId id, NodeId target) {
    var changed = sets.computeIfPresent(id, (key, set) -> set.with(target));
    if (changed != null) {
      share(id, changed);
    }
  }

  // ---- leaving

  /**
   * Returns the ranks of the nodes that may take the object over when this node leaves; all are
   * equal if there is only one copy.
   */
  HandOverPlan.TargetRanks ranks(ObjectId id) {
    var set = sets.get(id);
    return set == null ? HandOverPlan.TargetRanks.EQUAL : ranksIn(set);
  }

  /** Returns whether other nodes have the object, as far as is known. */
  boolean isElsewhere(ObjectId id) {
    var set = sets.get(id);
    return set != null && !set.without(self()).holders().isEmpty();
  }

  /** Returns whether others have enough replicas, so that this node's copy is not needed. */
  boolean isSpare(SharedEntry entry) {
    var set = sets.get(entry.id());
    return set != null && !set.without(self()).lacksReplicas();
  }

  /** Handles that this node leaves and the targets have taken over what it had. */
  void onHandedOver(Map<ObjectId, NodeId> takers) {
    takers.forEach((id, target) -> {
      var set = sets.remove(id);
      if (set != null) {
        share(id, set.without(self()).with(target));
      }
    });
  }
}
