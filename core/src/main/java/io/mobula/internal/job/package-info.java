/**
 * Jobs that ship their jars, and the worker processes of a node.
 *
 * <p>A driver puts its jars into the store ({@link io.mobula.internal.job.JobPackage}); a node
 * fetches them ({@link io.mobula.internal.job.JarCache}) and starts worker processes with them
 * ({@link io.mobula.internal.job.JobWorkerPool}). {@link io.mobula.internal.job.StaticWorkers} are
 * processes beside a node that share its resources. The package owns the cached files and the
 * processes. It never loads a user's class, and never decides what runs where: a ledger grants the
 * lease before a worker is chosen.
 */
@NullMarked
package io.mobula.internal.job;

import org.jspecify.annotations.NullMarked;
