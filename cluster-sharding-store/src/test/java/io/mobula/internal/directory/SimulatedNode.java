package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.spi.DirectoryListener;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Node of the model: its true handles and copies, beside what it has stated. */
final class SimulatedNode implements DirectoryListener {
  final NodeId id;
  final SimulatedCluster cluster;
  final LocalDirectoryState table;

  /** Number of handles to each object. */
  final TreeMap<ObjectId, Integer> handles = new TreeMap<>(SimulatedCluster.BY_ID);

  /** Number of these that the program keeps for itself and may drop at any time. */
  final Map<ObjectId, Integer> kept = new HashMap<>();

  /** Attempt of each object that is sealed here. */
  final Map<ObjectId, Integer> sealed = new HashMap<>();

  /** Refs that were sent and not answered, by frame. */
  final Map<Long, SimulatedCluster.SentRef> unanswered = new HashMap<>();

  boolean alive = true;
  private boolean flushing;

  SimulatedNode(NodeId id, SimulatedCluster cluster) {
    this.id = id;
    this.cluster = cluster;
    this.table =
        new LocalDirectoryState(id, SimulatedCluster.MAP, SimulatedCluster.MESSAGING, this);
  }

  void take(ObjectId object) {
    cluster.trace(id + " takes " + object);
    if (handles.merge(object, 1, Integer::sum) == 1) {
      cluster.noteTaken(object);
      table.statements().hold(object);
      touched();
    }
  }

  void drop(ObjectId object) {
    cluster.trace(id + " drops " + object);
    if (handles.merge(object, -1, Integer::sum) == 0) {
      handles.remove(object);
      table.statements().release(object);
      touched();
    }
  }

  /** Gives one handle to the program. */
  void keep(ObjectId object) {
    kept.merge(object, 1, Integer::sum);
  }

  /** Drops a handle of the program, if there is one. */
  void dropKept(ObjectId object) {
    if (kept.getOrDefault(object, 0) > 0) {
      kept.merge(object, -1, Integer::sum);
      drop(object);
    }
  }

  /** Schedules a flush, because there is a new statement. */
  void touched() {
    if (!flushing) {
      flushing = true;
      cluster.clock.after(3, this::flush);
    }
  }

  private void flush() {
    flushing = false;
    if (alive) {
      table
          .flush(cluster.clock.now(), cluster::deliver)
          .forEach(
              unattendedQuery -> unattendedQuery.fail("simulated", SimulatedCluster.MESSAGING));
      if (!table.isIdle()) {
        flushing = true;
        cluster.clock.after(SimulatedCluster.MESSAGING.resendMillis(), this::flush);
      }
    }
  }

  void receive(DirectoryMessage.ToParticipant message) {
    table.receive(message, cluster.clock.now(), cluster::deliver).run();
    touched();
  }

  @Override
  public void freed(ObjectId object) {
    cluster.trace(id + " freed " + object);
    cluster.noteFreed(this, object);
    sealed.remove(object);
  }

  @Override
  public void refused(ObjectId object, int attempt, int accepted) {
    if (!sealed.remove(object, attempt)) {
      throw new AssertionError("Refused a copy that is not there: " + object + " #" + attempt);
    }
  }
}
