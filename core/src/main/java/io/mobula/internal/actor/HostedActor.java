package io.mobula.internal.actor;

import io.mobula.ActorOptions;
import io.mobula.internal.call.BoundCall;

/**
 * An actor to be hosted.
 *
 * @param passport what all know of it
 * @param place where, and which incarnation it is
 * @param restarts how often it has been made anew
 * @param options how it lives
 * @param constructor makes the user's object
 */
record HostedActor(
    Passport passport, Place place, int restarts, ActorOptions options, BoundCall constructor) {}
