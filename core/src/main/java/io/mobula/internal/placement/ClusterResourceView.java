package io.mobula.internal.placement;

import akka.actor.typed.ActorRef;
import io.mobula.MobulaRuntime.StoreUsage;
import io.mobula.NodeId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.ledger.LedgerClient;
import io.mobula.spi.ActorSpawner;
import io.mobula.spi.ClusterView;
import io.mobula.spi.NodeView;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Resource view of the cluster: what this process knows of all ledgers. The actor
 * {@link ResourceViewGossip} keeps it current. Thread-safe; nothing blocks.
 */
public final class ClusterResourceView {
  /** After this time three reports of a node are missing. */
  private static final long SILENT_NANOS = Duration.ofSeconds(6).toNanos();

  private final Membership membership;
  private final LedgerClient ledger;
  private final Supplier<StoreUsage> store;
  private final Map<NodeId, Entry> entries = new ConcurrentHashMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile ClusterView now = new ClusterView(List.of());
  private volatile AbsentWorkers absent = AbsentWorkers.NONE;
  private volatile Supplier<List<AbsentWorker>> ownAbsent = List::of;
  private volatile @Nullable ActorRef<ResourceViewGossip.Command> actor;
  private volatile boolean draining;

  private record Entry(
      NodeView view, StoreUsage store, AbsentWorkers.NodeWorkers absent, long heard) {
    boolean saysTheSameAs(Entry other) {
      return view.equals(other.view) && absent.equals(other.absent);
    }
  }

  /** Creates a view of this node alone; {@link #open} adds the others. */
  public ClusterResourceView(
      Membership membership, LedgerClient ledger, Supplier<StoreUsage> store) {
    this.membership = membership;
    this.ledger = ledger;
    this.store = store;
    put(membership.self(), state(ledger.unused()));
  }

  /** Starts to exchange reports with the other nodes. */
  public void open(ActorSpawner spawner) {
    var views =
        spawner.spawn(ResourceViewGossip.create(this, membership, ledger), ResourceViewGossip.NAME);
    actor = views;
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {
        views.tell(new ResourceViewGossip.PeerJoined(peer));
      }

      @Override
      public void left(Peer peer, String how) {
        views.tell(new ResourceViewGossip.PeerLeft(peer.id()));
      }
    });
  }

  /** Returns the last known state of all nodes, this one included. */
  public ClusterView now() {
    return now;
  }

  /** Returns the static workers of all nodes that are not up, as last reported. */
  public AbsentWorkers absent() {
    return absent;
  }

  /**
   * Sets the source of this node's static workers that are not up.
   *
   * @param those is called on any thread when {@link #markStale} was called or anything else has
   *     changed
   */
  public void setAbsentSource(Supplier<List<AbsentWorker>> those) {
    ownAbsent = those;
    markStale();
  }

  /** Returns the usage of that node's store; null before its first report. */
  public @Nullable StoreUsage store(NodeId id) {
    var entry = entries.get(id);
    return entry == null ? null : entry.store();
  }

  /**
   * Returns how many requests wait at that node's ledger, as last reported; 1 if its reports are
   * overdue.
   */
  public int queued(NodeId id) {
    var entry = entries.get(id);
    return entry == null || System.nanoTime() - entry.heard() > SILENT_NANOS
        ? 1
        : entry.view().queued();
  }

  /** Registers an action to run after each change, on a thread that must not block. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Reports from now on that this node accepts no new work. */
  public void drain() {
    draining = true;
    markStale();
  }

  /** Sends a new report of this node, as its last one is out of date. */
  public void markStale() {
    var views = actor;
    if (views != null) {
      views.tell(new ResourceViewGossip.Stale());
    }
  }

  NodeResourceReport state(LedgerClient.BalanceSnapshot balance) {
    return new NodeResourceReport(
        balance.total().asUnits(),
        balance.available().asUnits(),
        balance.queued(),
        store.get(),
        !draining && membership.self().role() != Peer.Role.DRIVER,
        balance.devices(),
        draining ? List.of() : ownAbsent.get());
  }

  void put(Peer peer, NodeResourceReport state) {
    var view = new NodeView(
        peer.id(),
        peer.name(),
        peer.labels(),
        NodeResourceReport.resources(state.total()),
        NodeResourceReport.resources(state.available()),
        state.queued(),
        state.fullness(),
        state.accepting(),
        state.devices());
    var entry = new Entry(
        view,
        state.store(),
        new AbsentWorkers.NodeWorkers(peer, state.absent()),
        System.nanoTime());
    var before = entries.put(peer.id(), entry);
    if (before == null || !before.saysTheSameAs(entry)) {
      changed();
    }
  }

  void remove(NodeId id) {
    if (entries.remove(id) != null) {
      changed();
    }
  }

  private void changed() {
    now = new ClusterView(entries.values().stream().map(Entry::view).toList());
    absent = AbsentWorkers.of(entries.values().stream().map(Entry::absent));
    listeners.forEach(Runnable::run);
  }
}
