/**
 * A node: the guardian actor and everything below it, wired together, started and stopped.
 *
 * <p>Owns the life of ledger, store, tasks and actors. Assumes nothing of the actor system it lives
 * in.
 */
@NullMarked
package io.mobula.internal.node;

import org.jspecify.annotations.NullMarked;
