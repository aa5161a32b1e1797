package io.mobula.internal.actor;

/**
 * An actor to be hosted.
 *
 * @param passport what all know of it
 * @param place where, and which incarnation it is
 * @param restarts how often it has been made anew
 * @param recipe how it is made
 */
record HostedActor(Passport passport, Place place, int restarts, Recipe recipe) {}
