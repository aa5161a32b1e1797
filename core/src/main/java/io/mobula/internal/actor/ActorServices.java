package io.mobula.internal.actor;

import io.mobula.internal.call.CallBinder;
import io.mobula.internal.execution.Job;
import io.mobula.internal.placement.LeaseSource;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;

/**
 * Parts of one process that its actors use from their creation to their end.
 *
 * @param given what the engine depends on
 * @param threads runs methods of actors that allow several at a time
 * @param files the files of this node's actors
 * @param names the directory of actor names
 * @param deaths what durable actors have died of
 */
record ActorServices(
    ActorEngine.Dependencies given,
    MethodThreads threads,
    ActorFiles files,
    ActorNameClient names,
    DurableDeaths deaths) {

  ObjectStore store() {
    return given.store();
  }

  CallBinder binder() {
    return given.binder();
  }

  LeaseSource leaseSource() {
    return given.placement();
  }

  /** Returns the job of work that the calling thread submits. */
  Job currentJob() {
    return Job.current(given.job().get());
  }

  /** Runs the action after a delay; returns what cancels it. */
  Runnable after(Duration delay, Runnable action) {
    return given.timer().after(delay, action);
  }

  /** Deletes the files of an actor that has ended for good, and then releases its name. */
  void deleteFiles(ActorDescriptor descriptor) {
    try {
      files.delete(descriptor);
    } finally {
      if (descriptor.durable()) {
        names.release(descriptor);
      }
    }
  }
}
