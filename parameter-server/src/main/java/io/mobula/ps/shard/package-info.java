/**
 * One shard of a parameter server: an actor that owns a range of every dense table and a part of
 * every sparse one, with the arithmetic, the clocks of the workers and the published versions.
 *
 * <p>With it the standbys that have a copy of a shard, the catalog that knows which shards there
 * are, and blocks: the state of a shard on its way to any of them, or to a file.
 *
 * <p>Called by the tables and workers of {@code io.mobula.ps} alone; no promise to anybody else.
 * Everything here belongs to the thread of its actor, unless it says otherwise.
 */
@NullMarked
package io.mobula.ps.shard;

import org.jspecify.annotations.NullMarked;
