/**
 * Shared memory of a node: segment files, the blocks in them, the object table and the pins of
 * readers.
 *
 * <p>This package owns every byte of raw shared memory and every file that holds it.
 * {@link io.mobula.internal.memory.SharedStore} is the entry point: create a block, fill it in
 * place, seal it, view it without a copy, free it. {@link io.mobula.internal.memory.PeerStore}
 * reads the objects of another process of the host in place, and
 * {@link io.mobula.internal.memory.LifeLockWatcher} reports when that process has ended.
 *
 * <p>The package knows no refs, tasks, values or Akka, and never decides <em>when</em> an object
 * may be freed: the layer above counts references and says so. Any thread may call everything here.
 * {@code docs/memory-layout.md} describes each byte.
 */
@NullMarked
package io.mobula.internal.memory;

import org.jspecify.annotations.NullMarked;
