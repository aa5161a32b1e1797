/**
 * A node: the guardian actor and everything below it, wired together, started and stopped.
 *
 * <p>This package owns the life cycles of ledger, store, tasks and actors, and reads the settings.
 * It assumes nothing about the actor system that it runs in.
 */
@NullMarked
package io.mobula.internal.node;

import org.jspecify.annotations.NullMarked;
