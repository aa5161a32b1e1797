package io.mobula.internal.directory;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.javadsl.AbstractOnMessageBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import io.mobula.NodeId;
import io.mobula.internal.hosting.HostedShards;
import io.mobula.spi.ClusterPeers;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Actor that runs one shard of the directory as an entity of Cluster Sharding. It stores nothing:
 * wherever it starts, it requests the snapshots of all nodes and shards.
 */
final class DirectoryEntity extends AbstractOnMessageBehavior<DirectoryEntity.Command> {
  static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "mobula-directory");
  static final String AGENT = "directory";
  private static final int TICKS_PER_RESEND = 2;

  sealed interface Command
      permits DirectoryMessage.ToShard,
          DirectoryMessage.MessageFragment,
          Joined,
          Left,
          Tick,
          CheckDrift {}

  /** Notification that a node has joined. */
  record Joined(NodeId node) implements Command {}

  /** Notification that a node has left. */
  record Left(NodeId node) implements Command {}

  private record Tick() implements Command {}

  private record CheckDrift() implements Command {}

  /** Objects that all shards of one process share. */
  record ProcessContext(
      ActorSystem<?> system,
      DirectorySettings settings,
      ClusterPeers peers,
      HostedShards<Command> hosted) {}

  private static final Tick TICK = new Tick();

  private final TimerScheduler<Command> timers;
  private final Duration tickInterval;
  private final ProcessContext processContext;
  private final ClusterSharding sharding;
  private final DirectoryShard shard;
  private final MessageFragmenter fragmenter;
  private final MessageReassembler reassembler;
  private long droppedLineagesReported;

  private DirectoryEntity(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      int number,
      ProcessContext around) {
    super(context);
    this.processContext = around;
    this.sharding = ClusterSharding.get(around.system());
    var members = around.hosted().add(context.getSelf());
    long incarnation = ThreadLocalRandom.current().nextLong() | 1;
    this.fragmenter =
        new MessageFragmenter(around.system(), Participant.shard(number), incarnation);
    this.reassembler = new MessageReassembler(around.system());
    this.shard = new DirectoryShard(
        number,
        incarnation,
        around.peers().self(),
        around.settings().shardSettings(),
        members,
        now(),
        this::send);
    long resend = around.settings().shardSettings().messaging().resendMillis();
    this.timers = timers;
    this.tickInterval = Duration.ofMillis(Math.max(1, resend / TICKS_PER_RESEND));
    timers.startTimerWithFixedDelay(new CheckDrift(), around.settings().digestInterval());
    context
        .getLog()
        .debug("Shard {} of the directory starts and asks {} nodes", number, members.size());
    scheduleTickIfNeeded();
  }

  /** Schedules a tick if the shard needs one. An idle shard gets no ticks. */
  private void scheduleTickIfNeeded() {
    if (shard.needsTick() && !timers.isTimerActive(TICK)) {
      timers.startSingleTimer(TICK, TICK, tickInterval);
    }
  }

  static Behavior<Command> create(int number, ProcessContext around) {
    return Behaviors.setup(context ->
        Behaviors.withTimers(timers -> new DirectoryEntity(context, timers, number, around)));
  }

  static long now() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  public Behavior<Command> onMessage(Command message) {
    switch (message) {
      case DirectoryMessage.ToShard said -> shard.receive(said, now());
      case DirectoryMessage.MessageFragment fragment -> {
        if (reassembler.add(fragment, now()) instanceof DirectoryMessage.ToShard said) {
          shard.receive(said, now());
        }
      }
      case Joined(var node) -> shard.joined(node, now());
      case Left(var node) -> shard.left(node, now());
      case Tick tick -> {
        shard.tick(now());
        warnOfDroppedLineages();
      }
      case CheckDrift() -> shard.sendDigests();
    }
    scheduleTickIfNeeded();
    return this;
  }

  private void warnOfDroppedLineages() {
    long cuts = shard.records().droppedLineages();
    if (cuts > droppedLineagesReported) {
      getContext()
          .getLog()
          .warn(
              "Shard {} of the directory had no room for the lineage of {} objects: they cannot be reconstructed when "
                  + "they are lost. Raise mobula.directory.lineage-bytes (now {}).",
              shard.number(),
              cuts - droppedLineagesReported,
              processContext.settings().shardSettings().lineageBytes());
      droppedLineagesReported = cuts;
    }
  }

  private void send(Participant to, DirectoryMessage message) {
    boolean large = MessageFragmenter.isLarge(message);
    if (to.isNode()) {
      ActorRef<DirectoryAgent.Command> agent = processContext.peers().actor(to.nodeId(), AGENT);
      if (large) {
        fragmenter.fragment(message).forEach(agent::tell);
      } else {
        agent.tell((DirectoryMessage.ToParticipant) message);
      }
    } else {
      var shardOfIt = sharding.entityRefFor(KEY, Integer.toString(to.shard()));
      if (large) {
        fragmenter.fragment(message).forEach(shardOfIt::tell);
      } else {
        shardOfIt.tell((DirectoryMessage.ToShard) message);
      }
    }
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      processContext.hosted().remove(getContext().getSelf());
      return this;
    }
    // anything else would count as handled, and the stop that sharding requests would not happen
    return Behaviors.unhandled();
  }
}
