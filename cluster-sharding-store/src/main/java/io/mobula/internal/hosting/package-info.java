/**
 * Shards of what the nodes of a cluster know together: where they are hosted, how messages get to
 * them, who hears of members. Knows nothing of what is in a shard.
 */
@NullMarked
package io.mobula.internal.hosting;

import org.jspecify.annotations.NullMarked;
