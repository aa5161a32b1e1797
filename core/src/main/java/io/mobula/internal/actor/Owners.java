package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.ActorOptions;
import io.mobula.NodeId;
import io.mobula.error.ActorDiedException;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.Places;
import io.mobula.internal.store.Failure;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The actors that this process owns, and what is said between owners, hosts and holders about the
 * life of actors. Safe for all threads; nothing blocks.
 */
final class Owners {
  private final ActorCluster cluster;
  private final ActorCluster.Wires wires;
  private final Map<ActorId, Owner> owners = new ConcurrentHashMap<>();

  Owners(ActorCluster cluster, ActorCluster.Wires wires) {
    this.cluster = cluster;
    this.wires = wires;
    wires
        .router()
        .on(ActorFrames.PLACED, (from, in) -> withOwner(in, (owner, at) -> owner.placed(at)))
        .on(ActorFrames.UNPLACED, (from, in) -> withOwner(in, (owner, at) -> owner.unplaced(at)))
        .on(
            ActorFrames.RESTARTED,
            (from, in) -> withOwner(in, (owner, at) -> owner.restarted(at, in.int32())))
        .on(
            ActorFrames.CHECKPOINTED,
            (from, in) ->
                withOwner(in, (owner, at) -> owner.checkpointed(at, CheckpointVersion.read(in))))
        .on(
            ActorFrames.DIED,
            (from, in) -> withOwner(
                in, (owner, at) -> owner.died(at, ActorFrames.readFailure(in, wires.sharing()))))
        .on(ActorFrames.ENDED, (from, in) -> withOwner(in, (owner, at) -> owner.ended(at)))
        .on(ActorFrames.KILL, (from, in) -> order(ActorFrames.KILL, Passport.readId(in), in.text()))
        .on(
            ActorFrames.DRAIN,
            (from, in) -> order(ActorFrames.DRAIN, Passport.readId(in), in.text()))
        .on(ActorFrames.HOLD, this::onHold)
        .on(ActorFrames.RELEASE, this::onRelease);
  }

  private NodeId self() {
    return cluster.self();
  }

  Places places() {
    return cluster.places();
  }

  Heirs heirs() {
    return cluster.heirs();
  }

  boolean isMember(NodeId node) {
    return cluster.isMember(node);
  }

  void joined() {
    owners.values().forEach(Owner::joined);
  }

  boolean isEmpty() {
    return owners.isEmpty();
  }

  @Nullable
  Owner find(ActorId id) {
    return owners.get(id);
  }

  void left(NodeId node, String who) {
    owners.values().forEach(owner -> owner.left(node, who));
  }

  void afterGrace(Runnable action) {
    cluster.afterGrace(action);
  }

  /** The own ledger has room: it lives here. */
  Place here(int incarnation) {
    return new Place(self(), incarnation);
  }

  void host(HostedActor actor, Lease lease) {
    cluster.hosting().host(actor, lease);
  }

  // ---- whom it owns

  Owner own(Passport passport, Recipe recipe) {
    var owner = new Owner(passport, recipe, this);
    owners.put(passport.id(), owner);
    return owner;
  }

  void forget(Owner owner) {
    owners.remove(owner.passport().id(), owner);
    cluster.copies().forget(owner.passport().id()); // a copy may have come after the actor's end
  }

  void unname(Passport passport) {
    cluster.engine().unname(passport);
  }

  void release(Passport passport) {
    cluster.engine().release(passport);
  }

  /** The state that the actor goes on with there, where it is in the store. */
  @Nullable
  StoredState stateFor(Place at, ActorId id) {
    if (at.node().equals(self())) {
      return cluster.copies().takeUp(id);
    }
    cluster.copies().hand(at.node(), id);
    return null;
  }

  void forgetState(ActorId id) {
    cluster.copies().forget(id);
  }

  void noteEnd(Passport passport, Failure why) {
    cluster.engine().noteEnd(passport, why);
  }

  /** Nothing is left of the actor at a host that would do so; says when its files are gone. */
  void deleteFiles(Passport passport, ActorOptions options, Runnable then) {
    if (options.checkpointPolicy().isOn() || passport.durable()) {
      var engine = cluster.engine();
      engine.store().background(() -> {
        engine.deleteFiles(passport);
        then.run();
      });
    }
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
      cluster.heard(id, news);
      return;
    }
    var frame = ActorFrames.of(ActorFrames.THERE, id);
    news.write(frame, wires.sharing());
    cluster.send(holder, frame.toBytes());
  }

  void create(HostedActor actor, long lease) {
    var place = actor.place();
    var frame = new FrameWriter().octet(ActorFrames.CREATE).int64(lease);
    place.write(frame);
    actor.passport().write(frame);
    actor.past().write(frame);
    ActorFrames.writeOptions(frame, actor.recipe().options());
    actor.recipe().program().write(frame);
    actor.recipe().constructor().write(frame, wires.sharing(), place.node());
    cluster.send(place, frame);
  }

  // ---- ending, wherever that was asked for

  void kill(Passport passport, @Nullable Place place, String how) {
    cluster.engine().unname(passport);
    end(ActorFrames.KILL, passport, place, how);
  }

  void drain(Passport passport, @Nullable Place place, String how) {
    end(ActorFrames.DRAIN, passport, place, how);
  }

  /** Asks the owner; where it is gone the host, and the heir. */
  private void end(int kind, Passport passport, @Nullable Place place, String how) {
    if (owners.containsKey(passport.id())) {
      order(kind, passport.id(), how);
      return;
    }
    var owner = cluster.ownerOf(passport.id());
    if (cluster.isMember(owner)) {
      cluster.send(owner, ActorFrames.of(kind, passport.id()).text(how).toBytes());
    } else if (passport.heritable()) { // whoever is about to own it, or hosts it
      order(kind, passport.id(), how);
      cluster.sendToAll(ActorFrames.of(kind, passport.id()).text(how).toBytes());
    } else if (place != null) {
      endAt(kind, place, passport, how);
    }
  }

  private void endAt(int kind, Place at, Passport passport, String how) {
    if (at.node().equals(self())) {
      endHere(kind, passport.id(), how);
    } else {
      cluster.send(at.node(), ActorFrames.of(kind, passport.id()).text(how).toBytes());
    }
  }

  private void endHere(int kind, ActorId id, String how) {
    var cell = cluster.hosting().cell(id);
    if (cell == null) {
      return; // it is dead
    }
    cell.endsByUser();
    if (kind == ActorFrames.KILL) {
      cell.kill(() -> cell.died(how, null));
    } else {
      cell.drain(() -> cell.died(how, null));
    }
  }

  private void order(int kind, ActorId id, String how) {
    var owner = owners.get(id);
    if (owner == null) {
      heirs().forget(id);
      endHere(kind, id, how);
    } else if (kind == ActorFrames.KILL) {
      owner.kill(how);
    } else {
      owner.drain(how);
    }
  }

  void killAt(Place at, Passport passport, String how) {
    endAt(ActorFrames.KILL, at, passport, how);
  }

  void drainAt(Place at, Passport passport, String how) {
    endAt(ActorFrames.DRAIN, at, passport, how);
  }
}
