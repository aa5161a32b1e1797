/**
 * JVMs that this one starts on its host: starting, watching, restarting and ending them, and what
 * such a JVM does when the one that started it is gone.
 *
 * <p>Owns the child processes and their pipes. Knows neither Akka nor the cluster: what a child is
 * to others it finds out by itself, from the settings that it is told.
 */
@NullMarked
package io.mobula.internal.process;

import org.jspecify.annotations.NullMarked;
