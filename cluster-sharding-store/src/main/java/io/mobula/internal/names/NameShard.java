package io.mobula.internal.names;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.mobula.NodeId;
import io.mobula.internal.hosting.HostedShards;
import io.mobula.internal.names.NameMessage.Done;
import io.mobula.internal.names.NameMessage.Lookup;
import io.mobula.internal.names.NameMessage.LookupReply;
import io.mobula.internal.names.NameMessage.NameEntry;
import io.mobula.internal.names.NameMessage.NameReport;
import io.mobula.internal.names.NameMessage.RegisterKeeper;
import io.mobula.internal.names.NameMessage.Release;
import io.mobula.internal.names.NameMessage.RequestReport;
import io.mobula.spi.ClusterPeers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Actor that runs one shard of names. It stores nothing: when it starts, it asks all nodes which of
 * its names they keep, and answers no lookup before all have reported or left. It does not queue
 * lookups meanwhile, because nodes repeat their lookups.
 */
final class NameShard extends AbstractOnMessageBehavior<NameShard.Command> {
  static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "mobula-names");
  static final int SHARDS = 16;
  private static final Duration RESEND = Duration.ofMillis(500);

  sealed interface Command permits NameMessage.ToShard, Joined, Left, Resend {}

  /**
   * Notification that a node has joined. The node may have claimed a name before this shard knew of
   * it.
   */
  record Joined(NodeId node) implements Command {}

  /** Notification that a node has left. */
  record Left(NodeId node) implements Command {}

  private record Resend() implements Command {}

  private final TimerScheduler<Command> timers;
  private final int number;
  private final ClusterPeers peers;
  private final HostedShards<Command> hosted;
  private final List<NameEntry> claimed = new ArrayList<>();
  private final NameTable table = new NameTable();
  private final Set<NodeId> awaitedNodes = new HashSet<>();
  private final Map<NodeId, ReceivedParts> receivedParts = new HashMap<>();

  /** Parts of a node's report that have arrived. */
  private record ReceivedParts(long serial, BitSet parts) {
    void add(NameReport report) {
      if (report.serial() == serial) {
        parts.set(report.part());
      }
    }
  }

  private NameShard(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      int number,
      ClusterPeers peers,
      HostedShards<Command> hosted) {
    super(context);
    this.number = number;
    this.peers = peers;
    this.hosted = hosted;
    this.timers = timers;
    awaitedNodes.addAll(hosted.add(context.getSelf()));
    requestReports();
  }

  static Behavior<Command> create(int number, ClusterPeers peers, HostedShards<Command> hosted) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new NameShard(context, timers, number, peers, hosted)));
  }

  /** Returns the shard of a name, the same on all nodes and in all versions. */
  static int shardOf(String name) {
    return Math.floorMod(name.hashCode(), SHARDS);
  }

  /** Requests the reports of all nodes that have not reported, and again after a delay. */
  private void requestReports() {
    if (!awaitedNodes.isEmpty()) {
      timers.startSingleTimer(new Resend(), RESEND);
    }
    for (var node : awaitedNodes) {
      ActorRef<NameRegistrar.Command> keeper = peers.actor(node, NameRegistrar.NAME);
      keeper.tell(new RequestReport(number, getContext().getSelf().narrow()));
    }
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Lookup lookup -> {
        if (awaitedNodes.isEmpty()) {
          var claim = lookup.claim();
          var holder = claim == null ? table.find(lookup.name()) : table.claim(claim);
          lookup.replyTo().tell(new LookupReply(lookup.requestId(), holder));
        }
      }
      case RegisterKeeper register -> {
        table.registerKeeper(register.entry());
        register.replyTo().tell(new Done(register.requestId()));
      }
      case Release release -> {
        table.release(release.name(), release.actor());
        if (awaitedNodes.isEmpty()) { // otherwise a keeper's earlier report may bring the name back
          release.replyTo().tell(new Done(release.requestId()));
        }
      }
      case NameReport report -> onReport(report);
      case Joined(var node) -> {
        awaitedNodes.add(node); // the node may keep names that a predecessor of this shard gave it
        requestReports();
      }
      case Left(var node) -> {
        awaitedNodes.remove(node);
        receivedParts.remove(node);
        claimed.removeIf(entry -> entry.keeper().equals(node));
        table.left(node);
        startIfAllReported();
      }
      case Resend() -> requestReports();
    }
    return this;
  }

  private void onReport(NameReport report) {
    if (!awaitedNodes.contains(report.node())) {
      return;
    }
    report.registered().forEach(table::registerKeeper);
    claimed.addAll(report.claimed());
    var heard = this.receivedParts.get(report.node());
    if (heard == null || heard.serial() < report.serial()) {
      heard = new ReceivedParts(report.serial(), new BitSet());
      this.receivedParts.put(report.node(), heard);
    }
    heard.add(report);
    if (heard.parts().cardinality() == report.parts()) {
      this.receivedParts.remove(report.node());
      awaitedNodes.remove(report.node());
      startIfAllReported();
    }
  }

  /**
   * Applies pending claims once all nodes have reported: a kept name wins, because it may be a
   * claim that has won already.
   */
  private void startIfAllReported() {
    if (awaitedNodes.isEmpty()) {
      claimed.forEach(table::claim);
      claimed.clear();
    }
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      hosted.remove(getContext().getSelf());
      return this;
    }
    // anything else would count as handled, and the stop that sharding requests would not happen
    return Behaviors.unhandled();
  }
}
