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
 * Runs one shard of the directory as an entity of Cluster Sharding. It has no state that outlives
 * it: wherever it starts it asks everybody.
 */
final class DirectoryEntity extends AbstractOnMessageBehavior<DirectoryEntity.Command> {
  static final EntityTypeKey<Command> KEY = EntityTypeKey.create(Command.class, "mobula-directory");
  static final String AGENT = "directory";
  private static final int TICKS_PER_RESEND = 2;

  sealed interface Command
      permits DirectoryMessage.ToShard, DirectoryMessage.Piece, Joined, Left, Tick, LookForDrift {}

  /** A node is there. */
  record Joined(NodeId node) implements Command {}

  /** A node is gone. */
  record Left(NodeId node) implements Command {}

  private record Tick() implements Command {}

  private record LookForDrift() implements Command {}

  /** What the shards of a process have in common. */
  record Surroundings(
      ActorSystem<?> system,
      DirectorySettings settings,
      ClusterPeers peers,
      HostedShards<Command> hosted) {}

  private static final Tick TICK = new Tick();

  private final TimerScheduler<Command> timers;
  private final Duration betweenTicks;
  private final Surroundings around;
  private final ClusterSharding sharding;
  private final DirectoryShard shard;
  private final MessageCutter cutter;
  private final PieceTable pieces;
  private long cutsTold;

  private DirectoryEntity(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      int number,
      Surroundings around) {
    super(context);
    this.around = around;
    this.sharding = ClusterSharding.get(around.system());
    var members = around.hosted().add(context.getSelf());
    long incarnation = ThreadLocalRandom.current().nextLong() | 1;
    this.cutter = new MessageCutter(around.system(), Participant.shard(number), incarnation);
    this.pieces = new PieceTable(around.system());
    this.shard = new DirectoryShard(
        number,
        incarnation,
        around.peers().self(),
        around.settings().rules(),
        members,
        now(),
        this::send);
    long resend = around.settings().rules().pace().resendMillis();
    this.timers = timers;
    this.betweenTicks = Duration.ofMillis(Math.max(1, resend / TICKS_PER_RESEND));
    timers.startTimerWithFixedDelay(new LookForDrift(), around.settings().digestInterval());
    context
        .getLog()
        .debug("Shard {} of the directory starts and asks {} nodes", number, members.size());
    tickIfTimeMatters();
  }

  /** An idle shard is left alone. */
  private void tickIfTimeMatters() {
    if (shard.awaitsTime() && !timers.isTimerActive(TICK)) {
      timers.startSingleTimer(TICK, TICK, betweenTicks);
    }
  }

  static Behavior<Command> create(int number, Surroundings around) {
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
      case DirectoryMessage.Piece piece -> {
        if (pieces.add(piece, now()) instanceof DirectoryMessage.ToShard said) {
          shard.receive(said, now());
        }
      }
      case Joined(var node) -> shard.joined(node, now());
      case Left(var node) -> shard.left(node, now());
      case Tick tick -> {
        shard.tick(now());
        tellOfCuts();
      }
      case LookForDrift() -> shard.digests();
    }
    tickIfTimeMatters();
    return this;
  }

  private void tellOfCuts() {
    long cuts = shard.records().lineageCuts();
    if (cuts > cutsTold) {
      getContext()
          .getLog()
          .warn(
              "Shard {} of the directory had no room for the lineage of {} objects: they cannot be made again when "
                  + "they are lost. Raise mobula.directory.lineage-bytes (now {}).",
              shard.number(),
              cuts - cutsTold,
              around.settings().rules().lineageBytes());
      cutsTold = cuts;
    }
  }

  private void send(Participant to, DirectoryMessage message) {
    boolean large = MessageCutter.isLarge(message);
    if (to.ofNode()) {
      ActorRef<DirectoryAgent.Command> agent = around.peers().actor(to.nodeId(), AGENT);
      if (large) {
        cutter.cut(message).forEach(agent::tell);
      } else {
        agent.tell((DirectoryMessage.ToParticipant) message);
      }
    } else {
      var shardOfIt = sharding.entityRefFor(KEY, Integer.toString(to.shard()));
      if (large) {
        cutter.cut(message).forEach(shardOfIt::tell);
      } else {
        shardOfIt.tell((DirectoryMessage.ToShard) message);
      }
    }
  }

  @Override
  public Behavior<Command> onSignal(Signal signal) {
    if (signal instanceof PostStop) {
      around.hosted().remove(getContext().getSelf());
      return this;
    }
    return Behaviors.unhandled(); // or sharding's wish to stop it would be taken for granted
  }
}
