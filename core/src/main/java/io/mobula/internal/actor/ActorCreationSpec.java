package io.mobula.internal.actor;

import io.mobula.ActorOptions;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.execution.Job;

/**
 * How an actor is made.
 *
 * @param constructor makes the user's object
 * @param options how it lives
 * @param job whose it is
 */
record ActorCreationSpec(BoundCall constructor, ActorOptions options, Job job) {}
