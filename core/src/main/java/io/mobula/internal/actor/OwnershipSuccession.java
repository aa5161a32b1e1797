package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.internal.actor.SuccessorRecords.SuccessorRecord;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Succession of actor owners, from the successor's side: takes over the actors for which this
 * process was appointed when their owner leaves. Safe for all threads; nothing blocks.
 */
final class OwnershipSuccession {
  private static final Logger LOG = LoggerFactory.getLogger(OwnershipSuccession.class);

  private final RoleServices shared;
  private final SuccessorRecords records;
  private final OwnershipChanges changes;

  OwnershipSuccession(RoleServices shared, SuccessorRecords records, OwnershipChanges changes) {
    this.shared = shared;
    this.records = records;
    this.changes = changes;
  }

  /** Starts to handle frames. */
  void receive() {
    shared
        .peers()
        .messaging()
        .on(FrameKind.APPOINT_SUCCESSOR, this::onAppointment)
        .on(FrameKind.UPDATE_SUCCESSOR, this::onUpdate)
        .on(FrameKind.DISMISS_SUCCESSOR, (from, in) -> records.forget(ActorDescriptor.readId(in)));
  }

  private void onAppointment(NodeId from, FrameReader in) {
    var descriptor = ActorDescriptor.read(in);
    var ownerState = ActorOwnerState.read(in);
    try {
      var options = ActorFrames.readOptions(in, ActorFrames::readPlacement);
      var job = Job.read(in);
      var call = CallCodec.read(in, shared.store(), shared.peers().objects(), from);
      var spec = new ActorCreationSpec(call, options, job);
      records.add(new SuccessorRecord(from, descriptor, spec, ownerState));
    } catch (RuntimeException | Error e) { // a class that is missing here
      LOG.warn("{} cannot be inherited by this node: {}", descriptor.describe(), e.getMessage());
      return;
    }
    if (!shared.peers().isMember(from)) { // it has left meanwhile
      left(from);
    }
  }

  private void onUpdate(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    records.update(id, ActorOwnerState.read(in));
  }

  /** Takes over the actors that a node owned which has left. */
  void left(NodeId node) {
    for (var successorRecord : records.takeAllOf(node)) {
      LOG.info(
          "This node owns {} from now on: its previous owner is gone",
          successorRecord.descriptor().describe());
      changes.takeOver(successorRecord);
    }
  }
}
