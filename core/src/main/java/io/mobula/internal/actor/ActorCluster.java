package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.error.NodeLostException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.LeaseDesk;
import io.mobula.internal.placement.Places;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Kept;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.wait.Awaited;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Actors between nodes: the ways of this process to actors, the actors it owns and those it hosts,
 * and what is said about them. Safe for all threads; nothing blocks but {@link #awaitRoom}.
 */
public final class ActorCluster {
  private final ActorEngine engine;
  private final Wires wires;
  private final Membership membership;
  private final Duration grace;
  private final Duration roomLimit;
  private final Hosting hosting;
  private final Map<ActorId, Route> routes = new ConcurrentHashMap<>();
  private final Owners owners;
  private final Heirs heirs;
  private final CheckpointCopies copies;
  private final Map<ActorId, NodeId> successors = new ConcurrentHashMap<>();
  private final Map<NodeId, Queue<Runnable>> early = new ConcurrentHashMap<>();
  private final AtomicLong streams = new AtomicLong();

  /** What frames go through. */
  public record Wires(Sharing sharing, Lanes lanes, Router router, LeaseDesk desk) {}

  /**
   * Sends and takes frames about actors from now on.
   *
   * @param grace how long an actor lives on when no process has a handle
   * @param roomLimit how long a call waits where too much is on the way already
   */
  public ActorCluster(
      ActorEngine engine, Wires wires, Membership membership, Duration grace, Duration roomLimit) {
    this.engine = engine;
    this.wires = wires;
    this.membership = membership;
    this.grace = grace;
    this.roomLimit = roomLimit;
    this.hosting =
        new Hosting(engine, wires.sharing(), wires.lanes(), wires.router(), wires.desk(), this);
    this.owners = new Owners(this, wires);
    this.heirs = new Heirs(this, wires);
    this.copies = new CheckpointCopies(this, wires);
    wires.sharing().handles(this::importHandle);
    wires
        .router()
        .on(ActorFrames.REPLY, this::onReply)
        .on(ActorFrames.MISSED, this::onMissed)
        .on(ActorFrames.THERE, this::onThere)
        .on(ActorFrames.OWNS, this::onOwns)
        .on(ActorFrames.WHO, (from, in) -> onWho(from, Passport.readId(in)))
        .on(ActorFrames.SPAWN, (from, in) -> engine.spawning().onSpawn(from, in, this))
        .on(ActorFrames.SPAWNED, (from, in) -> engine.spawning().onSpawned(from, in, this));
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {
        owners.joined();
        routes.values().forEach(route -> route.joined(peer.id()));
      }

      @Override
      public void left(Peer peer, String how) {
        onLeft(peer.id(), peer + ": " + how);
      }
    });
  }

  Sharing sharing() {
    return wires.sharing();
  }

  @Nullable
  Lease takeLease(NodeId submitter, long number) {
    return hosting.takeLease(submitter, number);
  }

  ActorEngine engine() {
    return engine;
  }

  Places places() {
    return engine.places();
  }

  NodeId self() {
    return membership.self().id();
  }

  boolean isMember(NodeId node) {
    return membership.peer(node) != null;
  }

  /** What this process owns. */
  Owners owners() {
    return owners;
  }

  /** What this process inherits, and leaves to others. */
  Heirs heirs() {
    return heirs;
  }

  /** Checkpoints in stores. */
  CheckpointCopies copies() {
    return copies;
  }

  /** What this process hosts. */
  Hosting hosting() {
    return hosting;
  }

  void afterGrace(Runnable action) {
    engine.after(grace, action);
  }

  private void onLeft(NodeId node, String who) {
    hosting.left(node, who);
    copies.left(node);
    engine.spawning().left(node, who);
    heirs.left(node);
    runEarly(node);
    owners.left(node, who);
    routes.values().forEach(route -> route.left(node, who));
  }

  // ---- who owns an actor

  /** The node that sees to an actor's life, as far as is known here: its maker, or its heir. */
  NodeId ownerOf(ActorId id) {
    return successors.getOrDefault(id, new NodeId(id.node()));
  }

  Passport.Shown shown(Passport passport) {
    return new Passport.Shown(passport, null, ownerOf(passport.id()));
  }

  /** The other processes that offer resources for good. */
  List<NodeId> otherNodes() {
    return membership.peers().stream()
        .filter(peer -> peer.role() == Peer.Role.NODE && !peer.id().equals(self()))
        .map(Peer::id)
        .sorted(Comparator.comparingLong(NodeId::incarnation))
        .toList();
  }

  void sendToAll(byte[] frame) {
    membership.peers().forEach(peer -> send(peer.id(), frame));
  }

  /** An owner is gone, and this node is its heir. */
  void inherit(Passport passport, Recipe recipe, Progress progress, NodeId from) {
    var id = passport.id();
    successors.put(id, self());
    var owner = owners.own(passport, recipe);
    engine.standFor(passport, progress.place(), null);
    sendToAll(owns(id, from, progress));
    owner.resume(progress);
    hosting.ownedBy(id, progress);
    tellRoute(id);
  }

  private static byte[] owns(ActorId id, NodeId former, Progress progress) {
    var frame = ActorFrames.of(ActorFrames.OWNS, id).int64(former.incarnation());
    progress.write(frame);
    return frame.toBytes();
  }

  /** Some node has inherited an actor; counts when its former owner has left here, too. */
  private void onOwns(NodeId from, FrameReader in) {
    var id = Passport.readId(in);
    var former = new NodeId(in.int64());
    var progress = Progress.read(in);
    early
        .computeIfAbsent(former, node -> new ConcurrentLinkedQueue<>())
        .add(() -> owned(id, from, progress));
    if (!isMember(former)) {
      runEarly(former);
    }
  }

  private void runEarly(NodeId former) {
    var waiting = early.remove(former);
    if (waiting != null) {
      waiting.forEach(Runnable::run);
    }
  }

  private void owned(ActorId id, NodeId by, Progress progress) {
    if (routes.containsKey(id) || hosting.cell(id) != null) {
      successors.put(id, by);
    }
    var place = progress.place();
    if (hosting.cell(id) != null || (place != null && place.node().equals(self()))) {
      successors.put(id, by);
      hosting.ownedBy(id, progress);
    }
    tellRoute(id);
    forgetOwner(id);
  }

  private void tellRoute(ActorId id) {
    var route = routes.get(id);
    if (route != null) {
      route.ownedBy();
    }
  }

  /** Nobody here wants to know any more who owns it. */
  void forgetOwner(ActorId id) {
    if (!routes.containsKey(id) && hosting.cell(id) == null && owners.find(id) == null) {
      successors.remove(id);
    }
  }

  /** The owner of an actor that this process has handles of is gone. */
  void askWhoOwns(ActorId id) {
    if (owners.find(id) != null) {
      successors.put(id, self());
      tellRoute(id);
    } else {
      sendToAll(ActorFrames.of(ActorFrames.WHO, id).toBytes());
    }
  }

  private void onWho(NodeId from, ActorId id) {
    var ours = owners.find(id);
    if (ours != null) {
      send(from, owns(id, new NodeId(id.node()), Progress.UNKNOWN));
    }
  }

  // ---- handles

  /** A handle to an actor of the cluster; all of this process share one route. */
  <A> Handle<A> handle(Passport.Shown shown) {
    var passport = shown.passport();
    var seen = shown.seen();
    if (!shown.ownedBy().equals(passport.owner()) && !isMember(ownerOf(passport.id()))) {
      successors.put(passport.id(), shown.ownedBy());
    }
    while (true) {
      var route = route(passport);
      if (seen != null) {
        route.heard(new Whereabouts.At(seen));
      }
      Handle<A> handle = route.handle();
      if (handle != null) {
        return handle;
      }
    }
  }

  /** Whether nothing is left of an actor, as far as is known here. */
  boolean isOver(ActorId id) {
    var ours = owners.find(id);
    var route = routes.get(id);
    return ours == null ? route == null || route.isOver() : ours.isOver();
  }

  /** The same, or null when the actor is known to be ending. */
  <A> @Nullable Handle<A> handleIfOpen(Passport.Shown shown) {
    var passport = shown.passport();
    var ours = owners.find(passport.id());
    boolean open = shown.ownedBy().equals(self())
        ? ours != null && ours.isOpen()
        : route(passport).isOpen();
    return open ? handle(shown) : null;
  }

  private Route route(Passport passport) {
    return routes.computeIfAbsent(
        passport.id(), id -> new Route(passport, this, streams.incrementAndGet()));
  }

  private Kept importHandle(FrameReader in) {
    Handle<Object> handle = handle(Passport.Shown.read(in));
    return handle.keep(engine.store());
  }

  void retired(Route route) {
    routes.remove(route.id(), route);
    forgetOwner(route.id());
  }

  /** This process has handles: its owner tells where the actor is from now on. */
  void hold(Route route) {
    var owner = ownerOf(route.id());
    var ours = owners.find(route.id());
    if (ours != null) {
      ours.hold(self());
    } else {
      send(owner, ActorFrames.of(ActorFrames.HOLD, route.id()).toBytes());
      if (!isMember(owner)) { // what tells routes of that may have come before there was this one
        route.left(owner, "node " + owner);
      }
    }
  }

  void release(Route route) {
    var owner = ownerOf(route.id());
    var ours = owners.find(route.id());
    if (ours != null) {
      ours.release(self());
    } else {
      wires.lanes().send(owner, ActorFrames.of(ActorFrames.RELEASE, route.id()).toBytes());
    }
  }

  // ---- calls of this process

  void awaitRoom(NodeId node) {
    if (node.equals(self())) {
      return;
    }
    try {
      wires.lanes().awaitRoom(node, roomLimit);
    } catch (NodeLostException gone) {
      // the call waits for the actor's next place, or learns why there is none
    }
  }

  /**
   * What a host puts calls in order by.
   *
   * @param stream names the route
   * @param number of the call on that route and to that incarnation, from one
   * @param caller names the caller on that route
   * @param answered see {@link CallOrigin}
   */
  record Numbers(long stream, long number, long caller, long answered) {}

  FrameWriter callFrame(ActorId actor, RemoteCall call, Place to, Numbers numbers) {
    var frame = ActorFrames.of(ActorFrames.CALL, actor)
        .int32(to.incarnation())
        .int64(numbers.stream())
        .int64(numbers.number());
    Sharing.writeId(frame, call.result().id());
    frame.int64(numbers.caller()).int32(call.attempts());
    new CallOrigin.Numbers(call.sequence(), numbers.answered()).write(frame);
    frame.text(call.name());
    call.call().lend(frame, wires.sharing(), to.node());
    return frame;
  }

  /** Sends a sealed frame; false if the node is no member any more, and has not got it. */
  boolean send(Place to, FrameWriter sealed) {
    return wires.sharing().send(to.node(), sealed);
  }

  boolean send(NodeId to, byte[] frame) {
    return wires.lanes().send(to, frame);
  }

  void cancel(Place at, ActorId id, ObjectId result, boolean recursive) {
    var frame = ActorFrames.of(ActorFrames.CANCEL, id);
    Sharing.writeId(frame, result);
    send(at.node(), frame.flag(recursive).toBytes());
  }

  private void onReply(NodeId from, FrameReader in) {
    var id = Passport.readId(in);
    int incarnation = in.int32();
    long number = in.int64();
    var outcome = wires.sharing().read(in);
    var route = routes.get(id);
    if (route != null) {
      route.replied(incarnation, number, outcome, () -> wires.sharing().received(from, in));
      return;
    }
    if (outcome instanceof Content content) {
      content.discard();
    }
    wires.sharing().received(from, in);
  }

  private void onMissed(NodeId from, FrameReader in) {
    var route = routes.get(Passport.readId(in));
    if (route != null) {
      route.missed(in.int32(), in.int64());
    }
  }

  /** The owner of an actor that this process holds says where it is. */
  void heard(ActorId id, Whereabouts news) {
    var route = routes.get(id);
    if (route != null) {
      route.heard(news);
    }
  }

  private void onThere(NodeId from, FrameReader in) {
    var route = routes.get(Passport.readId(in));
    if (route != null) {
      route.heard(Whereabouts.read(in, wires.sharing()));
    }
  }

  /** The actor's cell, if it lives in this process. */
  @Nullable
  ActorCell cellHere(ActorId id) {
    return hosting.cell(id);
  }

  @Nullable
  ActorCell cellAt(Place place, ActorId id) {
    return place.node().equals(self()) ? hosting.cellAt(place, id) : null;
  }

  /** The calls of this process that wait for their actor to have a place. */
  Stream<Optional<WaitingWork>> waiting() {
    return routes.values().stream().map(Route::waiting);
  }

  /** The unanswered calls of this process that have not come to a cell of this process. */
  Stream<Awaited> pending() {
    return routes.values().stream().flatMap(route -> {
      var calls = route.unanswered().toCompletableFuture();
      var entries = calls.isDone() ? calls.join().stream() : Stream.<ObjectEntry>empty();
      return entries.map(UnansweredCall::of);
    });
  }

  /** What a call of another process waits for here; null if it is not here. */
  public @Nullable Awaited pendingHere(NodeId from, ObjectId call) {
    return hosting.pendingHere(from, call);
  }

  void close(Supplier<MobulaException> why) {
    hosting.close();
    routes.values().forEach(route -> route.close(why));
  }
}
