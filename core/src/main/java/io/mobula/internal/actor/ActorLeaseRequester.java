package io.mobula.internal.actor;

import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import org.jspecify.annotations.Nullable;

/**
 * Requester of an actor's lease: its owner in a cluster, or its cell on a node alone. The lease has
 * the requested resources for the actor's lifetime, or one CPU until the actor is placed.
 */
interface ActorLeaseRequester extends ClusterLeaseRequester {

  /** Returns how to create the actor. */
  ActorCreationSpec spec();

  /** Returns a description of the actor for messages. */
  String describe();

  /** Returns what is needed to place an actor that asks for these resources, or for none. */
  static Resources wantedBy(@Nullable Resources asked) {
    return asked == null ? Resources.none().cpus(1) : asked;
  }

  @Override
  default Purpose purpose() {
    return Purpose.ACTOR;
  }

  @Override
  default Job job() {
    return spec().job();
  }

  @Override
  default Placement placement() {
    return spec().options().placement();
  }

  @Override
  default Resources wanted() {
    return wantedBy(spec().options().resources());
  }

  @Override
  default boolean holdsForLifetime() {
    return spec().options().resources() != null;
  }

  @Override
  default String description() {
    return describe() + " to be made";
  }

  @Override
  default void recalled(Lease held) {} // an actor keeps its lease
}
