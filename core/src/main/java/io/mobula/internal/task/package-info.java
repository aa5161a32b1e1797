/**
 * The life of a task: submitted, waiting for its arguments, queued by scheduling class, run by a
 * slot, retried, ended.
 *
 * <p>Owns the slots, which are platform threads, and the bound on pending work. A slot runs under a
 * lease of the ledger and takes task after task of its class without asking again.
 */
@NullMarked
package io.mobula.internal.task;

import org.jspecify.annotations.NullMarked;
