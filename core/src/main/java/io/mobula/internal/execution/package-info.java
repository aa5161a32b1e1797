/**
 * Current work of a thread: the task or actor method that it runs, the cancellation of that work,
 * and the CPU that it holds.
 *
 * <p>An {@link io.mobula.internal.execution.Execution} is bound to one thread by a thread local; it
 * names the {@link io.mobula.internal.execution.Job} it works for, and lets other packages give the
 * CPU back while the thread waits. The package also has the elastic thread pools that run users'
 * code. It knows nothing of how work is placed or stored.
 */
@NullMarked
package io.mobula.internal.execution;

import org.jspecify.annotations.NullMarked;
