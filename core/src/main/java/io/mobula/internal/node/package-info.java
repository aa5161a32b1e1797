/**
 * A node: the guardian actor and everything below it, wired together, started and stopped.
 *
 * <p>This package owns the life cycles of ledger, store, tasks and actors, and reads the settings.
 * It assumes nothing about the actor system that it runs in.
 *
 * <p>{@code NodeAssembly} makes the parts in steps, each from what the steps before have made: the
 * membership, {@code LocalParts}, in a cluster {@code ClusterParts}, then {@code WorkEngines} and
 * {@code NodeServices}. {@code Node} joins and closes them together.
 */
@NullMarked
package io.mobula.internal.node;

import org.jspecify.annotations.NullMarked;
