/**
 * Child JVMs on this host: starting, watching, restarting and ending them, and the child's side,
 * which exits when its parent is gone.
 *
 * <p>A {@link io.mobula.internal.process.WorkerSupervisor} keeps children running, a
 * {@link io.mobula.internal.process.ChildJvm} is one of them, and
 * {@link io.mobula.internal.process.WorkerMain} is the main class of those that are nodes. The
 * package owns the child processes and their pipes. It knows neither Akka nor the cluster: a child
 * learns its role from the settings that it reads.
 */
@NullMarked
package io.mobula.internal.process;

import org.jspecify.annotations.NullMarked;
