package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records that this process has of actors whose owner has appointed it as the successor. A record
 * that is forgotten is released with the copy of the actor's checkpoint. Safe for all threads.
 */
final class SuccessorRecords {
  private final CheckpointCopies copies;
  private final Map<ActorId, SuccessorRecord> records = new ConcurrentHashMap<>();

  /** Record of one actor: who owns it, how to create it, and how far its owner has come. */
  record SuccessorRecord(
      NodeId owner,
      ActorDescriptor descriptor,
      ActorCreationSpec spec,
      ActorOwnerState ownerState) {
    private SuccessorRecord with(ActorOwnerState update) {
      return new SuccessorRecord(owner, descriptor, spec, update);
    }
  }

  SuccessorRecords(CheckpointCopies copies) {
    this.copies = copies;
  }

  boolean contains(ActorId id) {
    return records.containsKey(id);
  }

  /** Adds a record, and forgets the one of an earlier appointment. */
  void add(SuccessorRecord added) {
    var id = added.descriptor().id();
    forget(id);
    records.put(id, added);
  }

  /** Updates the owner's state, if there is a record of the actor. */
  void update(ActorId id, ActorOwnerState update) {
    records.computeIfPresent(id, (key, present) -> present.with(update));
  }

  /** Drops the record, as the actor has ended or has another successor. */
  void forget(ActorId id) {
    var removed = records.remove(id);
    if (removed != null) {
      copies.forget(id);
      removed.spec().constructor().release();
    }
  }

  /** Removes and returns the records of the actors that this node owns or owned. */
  List<SuccessorRecord> takeAllOf(NodeId owner) {
    var taken = new ArrayList<SuccessorRecord>();
    for (var present : List.copyOf(records.values())) {
      if (present.owner().equals(owner)) {
        var removed = records.remove(present.descriptor().id());
        if (removed != null) {
          taken.add(removed);
        }
      }
    }
    return taken;
  }
}
