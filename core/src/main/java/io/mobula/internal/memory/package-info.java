/**
 * The shared memory of a node: segment files, the blocks in them, the object table and the pins of
 * readers.
 *
 * <p>Owns every byte of raw shared memory and every file that holds it.
 * {@link io.mobula.internal.memory.SharedStore} is the way in: create a block, fill it in place,
 * seal it, view it without a copy, free it. {@link io.mobula.internal.memory.PeerStore} reads the
 * objects of another process of the host in place, and
 * {@link io.mobula.internal.memory.LifeLockWatcher} tells when that process has ended. Knows
 * nothing of refs, tasks, values or Akka, and never decides <em>when</em> an object may go: the
 * store above counts references and says so. Everything here may be called from any thread. What
 * each byte means is in {@code docs/memory-layout.md}.
 */
@NullMarked
package io.mobula.internal.memory;

import org.jspecify.annotations.NullMarked;
