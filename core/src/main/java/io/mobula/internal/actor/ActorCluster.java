package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.ActorDiedException;
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
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.Kept;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
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
  private final Map<ActorId, Owner> owners = new ConcurrentHashMap<>();
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
    wires.sharing().handles(this::importHandle);
    wires
        .router()
        .on(ActorFrames.PLACED, (from, in) -> withOwner(in, (owner, at) -> owner.placed(at)))
        .on(ActorFrames.UNPLACED, (from, in) -> withOwner(in, (owner, at) -> owner.unplaced(at)))
        .on(
            ActorFrames.RESTARTED,
            (from, in) -> withOwner(in, (owner, at) -> owner.restarted(at, in.int32())))
        .on(
            ActorFrames.DIED,
            (from, in) -> withOwner(
                in, (owner, at) -> owner.died(at, (Failure) wires.sharing().read(in))))
        .on(ActorFrames.ENDED, (from, in) -> withOwner(in, (owner, at) -> owner.ended(at)))
        .on(ActorFrames.REPLY, this::onReply)
        .on(ActorFrames.MISSED, this::onMissed)
        .on(ActorFrames.KILL, (from, in) -> kill(Passport.readId(in), in.text()))
        .on(ActorFrames.DRAIN, (from, in) -> drain(Passport.readId(in), in.text()))
        .on(ActorFrames.HOLD, this::onHold)
        .on(ActorFrames.RELEASE, this::onRelease)
        .on(ActorFrames.THERE, this::onThere)
        .on(ActorFrames.SPAWN, (from, in) -> engine.spawning().onSpawn(from, in, this))
        .on(ActorFrames.SPAWNED, (from, in) -> engine.spawning().onSpawned(from, in, this));
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

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

  void afterGrace(Runnable action) {
    engine.after(grace, action);
  }

  private void onLeft(NodeId node, String who) {
    hosting.left(node, who);
    engine.spawning().left(node, who);
    owners.values().forEach(owner -> owner.left(node, who));
    routes.values().forEach(route -> route.left(node, who));
  }

  // ---- handles

  /**
   * A handle to an actor of the cluster; all of this process share one route.
   *
   * @param seen where it was, if that is known
   */
  <A> Handle<A> handle(Passport passport, @Nullable Place seen) {
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

  /** The same, or null when the actor is known to be ending. */
  <A> @Nullable Handle<A> handleIfOpen(Passport.Shown shown) {
    var passport = shown.passport();
    var ours = owners.get(passport.id());
    boolean open = passport.owner().equals(self())
        ? ours != null && ours.isOpen()
        : route(passport).isOpen();
    return open ? handle(passport, shown.seen()) : null;
  }

  private Route route(Passport passport) {
    return routes.computeIfAbsent(
        passport.id(), id -> new Route(passport, this, streams.incrementAndGet()));
  }

  private Kept importHandle(FrameReader in) {
    var shown = Passport.Shown.read(in);
    Handle<Object> handle = handle(shown.passport(), shown.seen());
    return handle.keep(engine.store());
  }

  void retired(Route route) {
    routes.remove(route.id(), route);
  }

  /** This process has handles: its owner tells where the actor is from now on. */
  void hold(Route route) {
    var owner = route.passport().owner();
    var ours = owners.get(route.id());
    if (ours != null) {
      ours.hold(owner);
    } else if (!wires
        .lanes()
        .send(owner, ActorFrames.of(ActorFrames.HOLD, route.id()).toBytes())) {
      route.left(owner, "node " + owner);
    }
  }

  void release(Route route) {
    var owner = route.passport().owner();
    var ours = owners.get(route.id());
    if (ours != null) {
      ours.release(owner);
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

  FrameWriter callFrame(Route route, RemoteCall call, Place to, long number, long caller) {
    var frame = ActorFrames.of(ActorFrames.CALL, route.id())
        .int32(to.incarnation())
        .int64(route.stream())
        .int64(number);
    Sharing.writeId(frame, call.result().id());
    frame.int64(caller).int32(call.attempts()).text(call.name());
    call.call().write(frame, wires.sharing(), to.node());
    return frame;
  }

  void send(Place to, FrameWriter sealed) {
    wires.sharing().send(to.node(), sealed);
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
      route.replied(incarnation, number, outcome);
    } else if (outcome instanceof Content content) {
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

  private void onThere(NodeId from, FrameReader in) {
    var route = routes.get(Passport.readId(in));
    if (route != null) {
      route.heard(Whereabouts.read(in, wires.sharing()));
    }
  }

  // ---- ending from here

  void kill(Passport passport, @Nullable Place place, String how) {
    engine.unname(passport);
    end(ActorFrames.KILL, passport, place, how);
  }

  void drain(Passport passport, @Nullable Place place, String how) {
    end(ActorFrames.DRAIN, passport, place, how);
  }

  /** Asks the owner; the host, where the owner is gone. */
  private void end(int kind, Passport passport, @Nullable Place place, String how) {
    if (owners.containsKey(passport.id())) {
      order(kind, passport.id(), how);
    } else if (!isMember(passport.owner()) && place != null) {
      endAt(kind, place, passport, how);
    } else {
      send(passport.owner(), ActorFrames.of(kind, passport.id()).text(how).toBytes());
    }
  }

  private void endAt(int kind, Place at, Passport passport, String how) {
    if (at.node().equals(self())) {
      endHere(kind, passport.id(), how);
    } else {
      send(at.node(), ActorFrames.of(kind, passport.id()).text(how).toBytes());
    }
  }

  private void endHere(int kind, ActorId id, String how) {
    var cell = hosting.cell(id);
    if (cell == null) {
      return; // it is dead
    }
    if (kind == ActorFrames.KILL) {
      cell.kill(() -> cell.died(how, null));
    } else {
      cell.drain(() -> cell.died(how, null));
    }
  }

  private void order(int kind, ActorId id, String how) {
    var owner = owners.get(id);
    if (owner == null) {
      endHere(kind, id, how);
    } else if (kind == ActorFrames.KILL) {
      owner.kill(how);
    } else {
      owner.drain(how);
    }
  }

  private void kill(ActorId id, String how) {
    order(ActorFrames.KILL, id, how);
  }

  private void drain(ActorId id, String how) {
    order(ActorFrames.DRAIN, id, how);
  }

  void killAt(Place at, Passport passport, String how) {
    endAt(ActorFrames.KILL, at, passport, how);
  }

  void drainAt(Place at, Passport passport, String how) {
    endAt(ActorFrames.DRAIN, at, passport, how);
  }

  // ---- what this process owns

  Owner own(Passport passport, Recipe recipe) {
    var owner = new Owner(passport, recipe, this);
    owners.put(passport.id(), owner);
    return owner;
  }

  void forget(Owner owner) {
    owners.remove(owner.passport().id(), owner);
  }

  void unname(Passport passport) {
    engine.unname(passport);
  }

  private interface OnOwner {
    void apply(Owner owner, Place at);
  }

  private void withOwner(FrameReader in, OnOwner action) {
    var owner = owners.get(Passport.readId(in));
    if (owner != null) {
      action.apply(owner, Place.read(in));
    }
  }

  private void onHold(NodeId from, FrameReader in) {
    var id = Passport.readId(in);
    var owner = owners.get(id);
    if (owner != null) {
      owner.hold(from);
    } else {
      tell(
          from,
          id,
          new Whereabouts.Dead(
              new Failure(() -> new ActorDiedException(
                  "Actor " + id + " is dead: its owner, node " + self() + ", has forgotten it.")),
              true));
    }
  }

  private void onRelease(NodeId from, FrameReader in) {
    var owner = owners.get(Passport.readId(in));
    if (owner != null) {
      owner.release(from);
    }
  }

  /** Tells a process that holds the actor. */
  void tell(NodeId holder, ActorId id, Whereabouts news) {
    if (holder.equals(self())) {
      var route = routes.get(id);
      if (route != null) {
        route.heard(news);
      }
      return;
    }
    var frame = ActorFrames.of(ActorFrames.THERE, id);
    news.write(frame, wires.sharing());
    send(holder, frame.toBytes());
  }

  void create(HostedActor actor, long lease) {
    var place = actor.place();
    var frame = new FrameWriter().octet(ActorFrames.CREATE).int64(lease);
    place.write(frame);
    actor.passport().write(frame);
    frame.int32(actor.restarts());
    ActorFrames.writeOptions(frame, actor.recipe().options());
    actor.recipe().program().write(frame);
    actor.recipe().constructor().write(frame, wires.sharing(), place.node());
    send(place, frame);
  }

  /** Hears of an actor that this process both owns and hosts. */
  Overseer overseer(ActorId id, Place at) {
    var owner = Objects.requireNonNull(owners.get(id), "owner of " + id);
    return new Overseer() {
      @Override
      public void made(Class<?> type) {}

      @Override
      public void restarted(int times) {
        owner.restarted(at, times);
      }

      @Override
      public void died(Failure why) {
        hosting.forget(id);
        owner.died(at, why);
      }

      @Override
      public void ended() {
        owner.ended(at);
      }
    };
  }

  // ---- what this process hosts

  void host(HostedActor actor, Lease lease) {
    hosting.host(actor, lease);
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

  void close(Supplier<MobulaException> why) {
    routes.values().forEach(route -> route.close(why));
  }
}
