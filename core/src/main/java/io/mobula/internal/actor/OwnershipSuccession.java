package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Succession of actor owners: the actors that this process takes over when their owner leaves, and
 * the successors of its own actors. Safe for all threads; nothing blocks.
 */
final class OwnershipSuccession {
  private static final Logger LOG = LoggerFactory.getLogger(OwnershipSuccession.class);

  private final ActorCluster cluster;
  private final ActorCluster.Dependencies dependencies;
  private final Map<ActorId, SuccessorRecord> records = new ConcurrentHashMap<>();

  /** Record that a successor has of an actor. */
  private record SuccessorRecord(
      NodeId owner,
      ActorDescriptor descriptor,
      ActorCreationSpec spec,
      ActorOwnerState ownerState) {
    SuccessorRecord with(ActorOwnerState update) {
      return new SuccessorRecord(owner, descriptor, spec, update);
    }
  }

  OwnershipSuccession(ActorCluster cluster, ActorCluster.Dependencies dependencies) {
    this.cluster = cluster;
    this.dependencies = dependencies;
    dependencies
        .messaging()
        .on(FrameKind.APPOINT_SUCCESSOR, this::onAppointment)
        .on(FrameKind.UPDATE_SUCCESSOR, this::onUpdate)
        .on(FrameKind.DISMISS_SUCCESSOR, (from, in) -> forget(ActorDescriptor.readId(in)));
  }

  // ---- this process owns

  /** Chooses a successor: a node other than the host if there is one, else the host, or null. */
  @Nullable
  NodeId chooseSuccessor(ActorId id, @Nullable NodeId host) {
    var nodes = cluster.otherNodes();
    var others = nodes.stream().filter(node -> !node.equals(host)).toList();
    List<NodeId> best = others.isEmpty() ? nodes : others;
    return best.isEmpty() ? null : best.get((int) Math.floorMod(id.number(), (long) best.size()));
  }

  /** Appoints a node as the successor, and sends it all it needs. */
  void appoint(
      NodeId successor,
      ActorDescriptor descriptor,
      ActorCreationSpec spec,
      ActorOwnerState ownerState) {
    var frame = FrameWriter.of(FrameKind.APPOINT_SUCCESSOR);
    descriptor.write(frame);
    ownerState.write(frame);
    ActorFrames.writeOptions(frame, spec.options());
    ActorFrames.writePlacement(frame, spec.options().placement());
    spec.job().write(frame);
    try {
      CallCodec.write(frame, spec.constructor(), dependencies.sharing(), successor);
    } catch (RuntimeException | Error e) { // an argument that cannot be sent
      LOG.warn("{} cannot be inherited: {}", descriptor.describe(), e.getMessage());
      return;
    }
    dependencies.sharing().send(successor, frame);
    cluster.replicator().sendToSuccessor(successor, descriptor.id());
  }

  void update(NodeId successor, ActorId id, ActorOwnerState ownerState) {
    var frame = ActorFrames.of(FrameKind.UPDATE_SUCCESSOR, id);
    ownerState.write(frame);
    cluster.send(successor, frame.toBytes());
  }

  /** Dismisses the successor: the actor is ending, or has another successor. */
  void dismiss(NodeId successor, ActorId id) {
    cluster.send(successor, ActorFrames.of(FrameKind.DISMISS_SUCCESSOR, id).toBytes());
  }

  // ---- this process is the successor

  private void onAppointment(NodeId from, FrameReader in) {
    var descriptor = ActorDescriptor.read(in);
    var ownerState = ActorOwnerState.read(in);
    try {
      var options = ActorFrames.readOptions(in, ActorFrames::readPlacement);
      var job = Job.read(in);
      var call = CallCodec.read(in, cluster.engine().store(), dependencies.sharing(), from);
      forget(descriptor.id());
      records.put(
          descriptor.id(),
          new SuccessorRecord(
              from, descriptor, new ActorCreationSpec(call, options, job), ownerState));
    } catch (RuntimeException | Error e) { // a class that is missing here
      LOG.warn("{} cannot be inherited by this node: {}", descriptor.describe(), e.getMessage());
      return;
    }
    if (!cluster.isMember(from)) { // it has left meanwhile
      left(from);
    }
  }

  private void onUpdate(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    var update = ActorOwnerState.read(in);
    records.computeIfPresent(id, (key, successorRecord) -> successorRecord.with(update));
  }

  boolean isSuccessorOf(ActorId id) {
    return records.containsKey(id);
  }

  /** Drops the record, as the actor has ended or has another successor. */
  void forget(ActorId id) {
    var successorRecord = records.remove(id);
    if (successorRecord != null) {
      cluster.replicator().forget(id);
      successorRecord.spec().constructor().release();
    }
  }

  /** Takes over the actors that a node owned which has left. */
  void left(NodeId node) {
    for (var successorRecord : List.copyOf(records.values())) {
      if (successorRecord.owner().equals(node)
          && records.remove(successorRecord.descriptor().id()) != null) {
        LOG.info(
            "This node owns {} from now on: its previous owner is gone",
            successorRecord.descriptor().describe());
        cluster.takeOver(
            successorRecord.descriptor(),
            successorRecord.spec(),
            successorRecord.ownerState(),
            node);
      }
    }
  }
}
