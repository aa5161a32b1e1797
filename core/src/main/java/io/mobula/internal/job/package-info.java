/**
 * Programs that bring their classes along: the jars on their way from a driver to the nodes, and
 * the worker processes that have them on their class path.
 *
 * <p>Owns the cached files and the processes. Never loads a class of a user's, and never decides
 * what runs where: a ledger has granted the lease before a worker is looked for.
 */
@NullMarked
package io.mobula.internal.job;

import org.jspecify.annotations.NullMarked;
