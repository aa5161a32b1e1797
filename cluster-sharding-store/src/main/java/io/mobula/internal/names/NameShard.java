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
import io.mobula.internal.names.NameMessage.Answer;
import io.mobula.internal.names.NameMessage.Ask;
import io.mobula.internal.names.NameMessage.Entry;
import io.mobula.internal.names.NameMessage.Keep;
import io.mobula.internal.names.NameMessage.Noted;
import io.mobula.internal.names.NameMessage.Release;
import io.mobula.internal.names.NameMessage.Tell;
import io.mobula.internal.names.NameMessage.Told;
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
 * One shard of the names. It remembers nothing by itself: when it starts it asks all nodes which of
 * its names they stand for, and answers nobody before all have said so or left. Whoever has no
 * answer asks again, so nothing is kept meanwhile.
 */
final class NameShard extends AbstractOnMessageBehavior<NameShard.Command> {
  static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "mobula-names");
  static final int SHARDS = 16;
  private static final Duration RESEND = Duration.ofMillis(500);

  sealed interface Command permits NameMessage.ToShard, Joined, Left, Resend {}

  /** A node is there: it may have claimed a name before this shard knew it. */
  record Joined(NodeId node) implements Command {}

  /** A node is gone. */
  record Left(NodeId node) implements Command {}

  private record Resend() implements Command {}

  private final TimerScheduler<Command> timers;
  private final int number;
  private final ClusterPeers peers;
  private final HostedShards<Command> hosted;
  private final List<Entry> claimed = new ArrayList<>();
  private final NameTable table = new NameTable();
  private final Set<NodeId> silent = new HashSet<>();
  private final Map<NodeId, Heard> heard = new HashMap<>();

  /** Which parts have come of what a node tells. */
  private record Heard(long serial, BitSet parts) {
    void add(Told told) {
      if (told.serial() == serial) {
        parts.set(told.part());
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
    silent.addAll(hosted.add(context.getSelf()));
    ask();
  }

  static Behavior<Command> create(int number, ClusterPeers peers, HostedShards<Command> hosted) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new NameShard(context, timers, number, peers, hosted)));
  }

  /** Which shard a name belongs to; the same everywhere, for ever. */
  static int shardOf(String name) {
    return Math.floorMod(name.hashCode(), SHARDS);
  }

  /** All that are silent, and again after a while. */
  private void ask() {
    if (!silent.isEmpty()) {
      timers.startSingleTimer(new Resend(), RESEND);
    }
    for (var node : silent) {
      ActorRef<NameKeeper.Command> keeper = peers.actor(node, NameKeeper.NAME);
      keeper.tell(new Tell(number, getContext().getSelf().narrow()));
    }
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case Ask ask -> {
        if (silent.isEmpty()) {
          var claim = ask.claim();
          var holder = claim == null ? table.find(ask.name()) : table.claim(claim);
          ask.replyTo().tell(new Answer(ask.question(), holder));
        }
      }
      case Keep keep -> {
        table.stand(keep.entry());
        keep.replyTo().tell(new Noted(keep.question()));
      }
      case Release release -> {
        table.release(release.name(), release.actor());
        if (silent.isEmpty()) { // else a keeper's word from before may bring it back
          release.replyTo().tell(new Noted(release.question()));
        }
      }
      case Told told -> onTold(told);
      case Joined(var node) -> {
        silent.add(node); // it may stand for names that a shard before this one gave it
        ask();
      }
      case Left(var node) -> {
        silent.remove(node);
        heard.remove(node);
        claimed.removeIf(entry -> entry.keeper().equals(node));
        table.left(node);
        beginIfAllHaveTold();
      }
      case Resend() -> ask();
    }
    return this;
  }

  private void onTold(Told told) {
    if (!silent.contains(told.node())) {
      return;
    }
    told.kept().forEach(table::stand);
    claimed.addAll(told.claimed());
    var heard = this.heard.get(told.node());
    if (heard == null || heard.serial() < told.serial()) {
      heard = new Heard(told.serial(), new BitSet());
      this.heard.put(told.node(), heard);
    }
    heard.add(told);
    if (heard.parts().cardinality() == told.parts()) {
      this.heard.remove(told.node());
      silent.remove(told.node());
      beginIfAllHaveTold();
    }
  }

  /** Open claims count after all that nodes stand for: one of them may have won already. */
  private void beginIfAllHaveTold() {
    if (silent.isEmpty()) {
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
    return Behaviors.unhandled(); // or sharding's wish to stop it would be taken for granted
  }
}
