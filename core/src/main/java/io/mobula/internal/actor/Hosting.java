package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.CodecException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Program;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.LeaseDesk;
import io.mobula.internal.placement.Wanting;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.wait.Awaited;
import io.mobula.internal.wait.WaitStep;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The actors that live on this node: makes those that other nodes send here, takes the calls of
 * other processes, and tells owners what becomes of them. Safe for all threads; nothing blocks.
 */
final class Hosting {
  private final ActorEngine engine;
  private final Sharing sharing;
  private final Lanes lanes;
  private final ActorCluster cluster;
  private final Map<LeaseKey, Lease> awaited = new ConcurrentHashMap<>();
  private final Map<ActorId, Hosted> hosted = new ConcurrentHashMap<>();

  private volatile boolean silent;
  private volatile boolean leaving;

  private record LeaseKey(NodeId submitter, long number) {}

  /** A cell, and the calls that come to it from other processes. */
  private record Hosted(ActorCell cell, Place place, Report report, Map<NodeId, Inflow> inflows) {}

  /** A route of another process. */
  private record Origin(NodeId process, long stream) {}

  /** Names one caller of another process. */
  private record Caller(NodeId node, long number) {}

  Hosting(
      ActorEngine engine,
      Sharing sharing,
      Lanes lanes,
      Router router,
      LeaseDesk desk,
      ActorCluster cluster) {
    this.engine = engine;
    this.sharing = sharing;
    this.lanes = lanes;
    this.cluster = cluster;
    desk.host(Wanting.Purpose.ACTOR, (submitter, number, lease) -> {
      var key = new LeaseKey(submitter, number);
      awaited.put(key, lease);
      return () -> giveUp(key);
    });
    router
        .on(ActorFrames.CREATE, this::onCreate)
        .on(ActorFrames.CALL, this::onCall)
        .on(ActorFrames.CANCEL, this::onCancel);
    engine.store().chase().guests(this::hindering);
  }

  /** The other node does not want it any more; a lease that an actor has is the actor's. */
  private void giveUp(LeaseKey key) {
    var lease = awaited.remove(key);
    if (lease != null) {
      lease.release();
    }
  }

  /** The lease that another node was granted, to be used for what it sends; null if it is over. */
  @Nullable
  Lease takeLease(NodeId submitter, long number) {
    return awaited.remove(new LeaseKey(submitter, number));
  }

  // ---- the life of what is hosted

  private void onCreate(NodeId from, FrameReader in) {
    long number = in.int64();
    var place = Place.read(in);
    var passport = Passport.read(in);
    var past = HostedActor.Past.read(in, place, cluster.copies().handed(passport.id()));
    int restarts = past.restarts();
    var lease = takeLease(from, number);
    if (lease == null) {
      tellOwner(ActorFrames.UNPLACED, passport.id(), place);
      return;
    }
    try {
      var options = ActorFrames.readOptions(in);
      var program = Program.read(in);
      var constructor = BoundCall.read(in, engine.store(), sharing, from);
      var recipe = new Recipe(constructor, options, program);
      host(new HostedActor(passport, place, recipe, past), lease);
      tellOwner(ActorFrames.PLACED, passport.id(), place);
    } catch (Throwable e) { // what cannot be read ends this actor, and no other
      lease.release();
      var overseer = new Report(passport.id(), place, restarts);
      overseer.died(new Failure(() -> passport.died(
          "its constructor cannot be read on node " + place.node() + ": "
              + CapturedThrowable.textOf(e),
          e)));
      overseer.ended();
    }
  }

  private void tellOwner(int kind, ActorId id, Place place) {
    var frame = ActorFrames.of(kind, id);
    place.write(frame);
    lanes.send(cluster.ownerOf(id), frame.toBytes());
  }

  /** Makes an actor here. */
  void host(HostedActor actor, Lease lease) {
    var id = actor.passport().id();
    boolean ours = cluster.owners().find(id) != null;
    var report = new Report(id, actor.place(), actor.past().restarts());
    var cell = new ActorCell(actor.passport(), actor.recipe(), engine, report, actor.past());
    hosted.put(id, new Hosted(cell, actor.place(), report, new ConcurrentHashMap<>()));
    engine.host(cell, actor.past().restarts());
    endWithGroup(cell);
    cell.lease().granted(lease);
    if (!ours && actor.passport().detached()) {
      engine.keepName(cell, actor.place(), null);
    }
    if (!ours && !actor.passport().detached() && !cluster.isMember(cluster.ownerOf(id))) {
      ownerGone(cell, "it left");
    }
  }

  /** Its placement group may have ended before the actor was there to hear of it. */
  private void endWithGroup(ActorCell cell) {
    var over = engine.places().over(cell.options().placement());
    if (over != null) {
      cell.kill(() -> cell.died("its placement group is no more", over.apply(cell.describe())));
    }
  }

  /** The actor is another node's from now on: tells it how things are. */
  void ownedBy(ActorId id, Progress known) {
    var present = hosted.get(id);
    var place = known.place();
    if (present != null) {
      present.report().again(present.cell());
    } else if (place != null && place.node().equals(cluster.self())) {
      var ours = cluster.owners().find(id);
      if (ours != null) {
        ours.unplaced(place);
      } else {
        tellOwner(ActorFrames.UNPLACED, id, place);
      }
    }
  }

  /** Tells the owner, in this process or another, whoever that is by then. */
  private final class Report implements Overseer {
    private final ActorId id;
    private final Place place;
    private volatile int restarts;

    Report(ActorId id, Place place, int restarts) {
      this.id = id;
      this.place = place;
      this.restarts = restarts;
    }

    private @Nullable Owner ours() {
      return cluster.owners().find(id);
    }

    /** All there is to say, to another owner. */
    void again(ActorCell cell) {
      var ours = ours();
      if (ours != null) {
        ours.placed(place);
      } else {
        tellOwner(ActorFrames.PLACED, id, place);
      }
      restarted(restarts);
      engine.keepName(cell, place, cell.instanceType());
    }

    @Override
    public void made(ActorCell cell, Class<?> type) {
      engine.keepName(cell, place, type);
    }

    @Override
    public void restarted(int times) {
      restarts = times;
      var ours = ours();
      if (ours != null) {
        ours.restarted(place, times);
        return;
      }
      var frame = ActorFrames.of(ActorFrames.RESTARTED, id);
      place.write(frame);
      lanes.send(cluster.ownerOf(id), frame.int32(times).toBytes());
    }

    @Override
    public void checkpointed(CheckpointVersion version) {
      var ours = ours();
      if (ours != null) {
        ours.checkpointed(place, version);
        return;
      }
      var frame = ActorFrames.of(ActorFrames.CHECKPOINTED, id);
      place.write(frame);
      version.write(frame);
      lanes.send(cluster.ownerOf(id), frame.toBytes());
    }

    @Override
    public CompletableFuture<String> keep(StoredState state) {
      return cluster.copies().keep(id, state);
    }

    @Override
    public void died(Failure why) {
      forget(id);
      var ours = ours();
      if (ours != null) {
        ours.died(place, why);
        return;
      }
      if (silent) {
        return;
      }
      var frame = ActorFrames.of(ActorFrames.DIED, id);
      place.write(frame);
      sharing.write(frame, why, new ObjectId(0, 0, 0));
      lanes.send(cluster.ownerOf(id), frame.toBytes());
    }

    @Override
    public void ended() {
      var ours = ours();
      if (ours != null) {
        ours.ended(place);
      } else if (!silent) {
        tellOwner(ActorFrames.ENDED, id, place);
      }
      cluster.forgetOwner(id);
    }
  }

  @Nullable
  ActorCell cellAt(Place place, ActorId id) {
    var present = hosted.get(id);
    return present != null && present.place().equals(place) ? present.cell() : null;
  }

  @Nullable
  ActorCell cell(ActorId id) {
    var present = hosted.get(id);
    return present == null ? null : present.cell();
  }

  /** What an actor runs here while that call of another process waits for it, or null. */
  private @Nullable Execution hindering(ObjectId call) {
    for (var present : hosted.values()) {
      var running = present.cell().hindering(call);
      if (running != null) {
        return running;
      }
    }
    return null;
  }

  void forget(ActorId id) {
    hosted.remove(id);
  }

  /**
   * This process is about to leave: calls of other processes that have not begun go back, to be run
   * by the actors' next incarnations.
   */
  void leave() {
    leaving = true;
    hosted.values().forEach(present -> {
      present.cell().giveBackUnbegun();
      present.cell().tell(new ActorBehavior.SaveDue());
    });
  }

  /**
   * This process ends: to others that is the loss of a host, after which actors are made again and
   * calls sent again, and not the end of an actor. They hear of it from the membership.
   */
  void close() {
    silent = true;
  }

  void left(NodeId node, String who) {
    for (var present : hosted.values()) {
      present.inflows().remove(node);
      var cell = present.cell();
      if (cell.id().node() == node.incarnation() && !cell.options().lifetime().detached()) {
        ownerGone(cell, who);
      }
    }
  }

  private static void ownerGone(ActorCell cell, String who) {
    cell.kill(() -> cell.died("its owner is gone: " + who, null));
  }

  // ---- calls of other processes

  /** What a call of another process waits for here; null if it is not here. */
  @Nullable
  Awaited pendingHere(NodeId from, ObjectId call) {
    for (var present : hosted.values()) {
      if (present.cell().has(call)) {
        return () -> present.cell().waitStep(call);
      }
      var inflow = present.inflows().get(from);
      if (inflow != null && inflow.hasEarly()) {
        return () -> WaitStep.end("it may have come before a call that it follows", WaitCause.UNKNOWN);
      }
    }
    return null;
  }

  private void onCall(NodeId from, FrameReader in) {
    var id = Passport.readId(in);
    int incarnation = in.int32();
    long stream = in.int64();
    long number = in.int64();
    var result = Sharing.readId(in);
    var present = hosted.get(id);
    if (present == null || present.place().incarnation() != incarnation || leaving) {
      missed(from, id, incarnation, result);
      return;
    }
    present
        .inflows()
        .computeIfAbsent(from, key -> new Inflow())
        .arrived(stream, number, () -> take(present, new Origin(from, stream), result, in));
  }

  /** The call has not been run, and will not be. */
  private void missed(NodeId caller, ActorId id, int incarnation, ObjectId call) {
    lanes.send(
        caller,
        ActorFrames.of(ActorFrames.MISSED, id)
            .int32(incarnation)
            .int64(call.task())
            .toBytes());
  }

  private void take(Hosted at, Origin origin, ObjectId result, FrameReader in) {
    var from = origin.process();
    var caller = new Caller(from, in.int64());
    int attempts = in.int32();
    var named = CallOrigin.Numbers.read(in).of(from, origin.stream(), attempts > 0);
    var answer = new WiredResult(at, from, result, attempts + 1);
    try {
      var name = in.text();
      var call = BoundCall.read(in, engine.store(), sharing, from);
      var run = new ActorCallRun(name, caller, call, answer, named);
      run.attemptsElsewhere(attempts);
      at.cell().takeFromAfar(run);
      if (leaving) { // this node may have given back its calls before that
        at.cell().giveBackUnbegun();
      }
    } catch (Throwable e) { // what cannot be read fails its call, and no other
      var message = "Call " + result + " of " + at.cell().describe() + " cannot be read on node "
          + at.place().node() + ": " + CapturedThrowable.textOf(e);
      answer.fail(new Failure(() -> new CodecException(message, e)));
    }
  }

  private void onCancel(NodeId from, FrameReader in) {
    var cell = cell(Passport.readId(in));
    if (cell != null) {
      cell.cancel(Sharing.readId(in));
    }
  }

  /** The result of a call of another process: goes back to it. */
  private final class WiredResult implements CallResult {
    private final Hosted at;
    private final NodeId caller;
    private final ObjectId id;
    private final int attempt;

    WiredResult(Hosted at, NodeId caller, ObjectId id, int attempt) {
      this.at = at;
      this.caller = caller;
      this.id = id;
      this.attempt = attempt;
    }

    @Override
    public ObjectId id() {
      return id;
    }

    @Override
    public boolean canGoElsewhere() {
      return true;
    }

    @Override
    public void goElsewhere() {
      missed(caller, at.cell().id(), at.place().incarnation(), id);
    }

    @Override
    public void complete(Content content) {
      if (!cluster.isMember(caller)) {
        content.discard();
        return;
      }
      try {
        answer(content);
      } catch (Throwable e) { // a ref inside that cannot leave this node, a hook of a user's class
        fail(new Failure(() -> new CodecException(
            "The result of call " + id + " cannot be sent to node " + caller + ": "
                + CapturedThrowable.textOf(e),
            e)));
      }
    }

    @Override
    public void fail(Failure failure) {
      if (!silent && !isOfClosing(failure)) {
        answer(failure);
      }
    }

    /** What fails since this process ends may be done elsewhere. */
    private boolean isOfClosing(Failure failure) {
      return cluster.engine().store().isClosed()
          && failure.isCausedBy(RuntimeClosedException.class);
    }

    private void answer(Object outcome) {
      var frame = ActorFrames.of(ActorFrames.REPLY, at.cell().id())
          .int32(at.place().incarnation())
          .int64(id.task());
      var release = sharing.giveOrLend(frame, outcome, id, attempt, caller);
      sharing.seal(frame, caller, release);
      sharing.send(caller, frame);
    }
  }
}
