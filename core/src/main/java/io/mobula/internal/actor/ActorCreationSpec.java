package io.mobula.internal.actor;

import io.mobula.internal.call.BoundCall;
import io.mobula.internal.execution.Job;
import io.mobula.spi.ActorOptions;

/**
 * Specification of how to create an actor.
 *
 * @param constructor makes the user's object
 * @param options the actor's options
 * @param job the job that the actor belongs to
 */
record ActorCreationSpec(BoundCall constructor, ActorOptions options, Job job) {}
