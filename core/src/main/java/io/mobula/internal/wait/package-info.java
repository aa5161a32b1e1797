/**
 * Diagnosis of waits: the links of the chain from something that waits to the part that must act,
 * the walker that follows the chain, and the watchdog that reports chains which will not end by
 * themselves.
 *
 * <p>Each part of a node can tell at any moment what it waits for
 * ({@link io.mobula.internal.wait.WaitPoint}). Only threads that block for long are registered. The
 * package depends on no other part of a node, nor on Akka.
 */
@NullMarked
package io.mobula.internal.wait;

import org.jspecify.annotations.NullMarked;
