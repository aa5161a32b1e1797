/**
 * What a thread is running right now: the task or actor method, its cancellation, and the CPU it
 * holds.
 *
 * <p>Bound to one thread by a thread local; owns no thread. Knows nothing of how work is placed or
 * stored.
 */
@NullMarked
package io.mobula.internal.execution;

import org.jspecify.annotations.NullMarked;
