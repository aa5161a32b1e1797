package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.execution.Program;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The wills of this process: of actors that it comes to own when their owner leaves, and of its own
 * actors, which it gives to others. Safe for all threads; nothing blocks.
 */
final class Heirs {
  private static final Logger LOG = LoggerFactory.getLogger(Heirs.class);

  private final ActorCluster cluster;
  private final ActorCluster.Wires wires;
  private final Map<ActorId, Will> wills = new ConcurrentHashMap<>();

  /** What the heir of an actor knows of it. */
  private record Will(NodeId owner, Passport passport, Recipe recipe, Progress progress) {
    Will with(Progress news) {
      return new Will(owner, passport, recipe, news);
    }
  }

  Heirs(ActorCluster cluster, ActorCluster.Wires wires) {
    this.cluster = cluster;
    this.wires = wires;
    wires
        .router()
        .on(ActorFrames.WILL, this::onWill)
        .on(ActorFrames.NEWS, this::onNews)
        .on(ActorFrames.VOID, (from, in) -> forget(Passport.readId(in)));
  }

  // ---- this process owns

  /** A node that may inherit: another one than the host if there is one, else the host, or null. */
  @Nullable
  NodeId candidate(ActorId id, @Nullable NodeId host) {
    var nodes = cluster.otherNodes();
    var others = nodes.stream().filter(node -> !node.equals(host)).toList();
    List<NodeId> best = others.isEmpty() ? nodes : others;
    return best.isEmpty() ? null : best.get((int) Math.floorMod(id.number(), (long) best.size()));
  }

  /** That node inherits the actor. */
  void appoint(NodeId heir, Passport passport, Recipe recipe, Progress progress) {
    var frame = new FrameWriter().octet(ActorFrames.WILL);
    passport.write(frame);
    progress.write(frame);
    ActorFrames.writeOptions(frame, recipe.options());
    ActorFrames.writePlacement(frame, recipe.options().placement());
    recipe.program().write(frame);
    try {
      recipe.constructor().write(frame, wires.sharing(), heir);
    } catch (RuntimeException | Error e) { // an argument that cannot travel
      LOG.warn("{} cannot be inherited: {}", passport.describe(), e.getMessage());
      return;
    }
    wires.sharing().send(heir, frame);
    cluster.copies().tellHeir(heir, passport.id());
  }

  void tell(NodeId heir, ActorId id, Progress progress) {
    var frame = ActorFrames.of(ActorFrames.NEWS, id);
    progress.write(frame);
    cluster.send(heir, frame.toBytes());
  }

  /** There is nothing to inherit any more, or not by that node. */
  void dismiss(NodeId heir, ActorId id) {
    cluster.send(heir, ActorFrames.of(ActorFrames.VOID, id).toBytes());
  }

  // ---- this process inherits

  private void onWill(NodeId from, FrameReader in) {
    var passport = Passport.read(in);
    var progress = Progress.read(in);
    try {
      var options = ActorFrames.readOptions(in, ActorFrames::readPlacement);
      var program = Program.read(in);
      var call = BoundCall.read(in, cluster.engine().store(), wires.sharing(), from);
      forget(passport.id());
      wills.put(
          passport.id(), new Will(from, passport, new Recipe(call, options, program), progress));
    } catch (RuntimeException | Error e) { // a class that is not here
      LOG.warn("{} cannot be inherited by this node: {}", passport.describe(), e.getMessage());
      return;
    }
    if (!cluster.isMember(from)) { // it left meanwhile
      left(from);
    }
  }

  private void onNews(NodeId from, FrameReader in) {
    var id = Passport.readId(in);
    var news = Progress.read(in);
    wills.computeIfPresent(id, (key, will) -> will.with(news));
  }

  boolean inherits(ActorId id) {
    return wills.containsKey(id);
  }

  /** The actor has ended, or another node inherits it. */
  void forget(ActorId id) {
    var will = wills.remove(id);
    if (will != null) {
      cluster.copies().forget(id);
      will.recipe().constructor().release();
    }
  }

  /** What that node owned is this one's now. */
  void left(NodeId node) {
    for (var will : List.copyOf(wills.values())) {
      if (will.owner().equals(node) && wills.remove(will.passport().id()) != null) {
        LOG.info(
            "This node sees to {} from now on: its owner is gone",
            will.passport().describe());
        cluster.inherit(will.passport(), will.recipe(), will.progress(), node);
      }
    }
  }
}
