/**
 * The worker processes of a node: those that stand beside it, and those that have the jars of
 * programs that bring their classes along; and the way of these jars from a driver to the nodes.
 *
 * <p>Owns the cached files and the processes. Never loads a class of a user's, and never decides
 * what runs where: a ledger has granted the lease before a worker is looked for.
 */
@NullMarked
package io.mobula.internal.job;

import org.jspecify.annotations.NullMarked;
