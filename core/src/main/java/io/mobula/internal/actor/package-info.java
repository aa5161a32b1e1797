/**
 * Hosting of users' actors: each is an Akka typed actor that owns the user's object and runs one
 * call after the other.
 *
 * <p>Owns the actors' states, names and calls. A cell is what handles see, from any thread; the
 * behavior is what only the actor's own thread touches.
 */
@NullMarked
package io.mobula.internal.actor;

import org.jspecify.annotations.NullMarked;
