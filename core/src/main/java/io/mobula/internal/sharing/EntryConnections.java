package io.mobula.internal.sharing;

import io.mobula.ObjectId;
import io.mobula.internal.execution.ValueProducer;

/**
 * Connections of the table's entries to the parts that know other processes.
 *
 * @param resolver looks up the outcomes of objects that others make
 * @param cancelRequests cancel what makes them
 * @param publisher tells the directory of outcomes
 * @param replicas forgets what is dropped
 */
record EntryConnections(
    ObjectResolver resolver,
    CancelRequests cancelRequests,
    OutcomePublisher publisher,
    ReplicaKeeper replicas)
    implements SharedObjectTable.EntryHandler {
  @Override
  public ValueProducer producer(ObjectId id) {
    return new RemoteProducer(id, resolver, cancelRequests);
  }

  @Override
  public void onSettled(SharedEntry entry) {
    publisher.publish(entry);
  }

  @Override
  public void onDropped(ObjectId id) {
    replicas.forget(id);
  }
}
