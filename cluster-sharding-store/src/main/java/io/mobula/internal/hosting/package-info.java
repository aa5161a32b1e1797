/**
 * Hosting of numbered shards on Akka Cluster Sharding: where the shards of one type run, how
 * messages reach them, and how they learn of members that join and leave. It knows nothing of the
 * content of a shard. The directory and the actor names use it.
 */
@NullMarked
package io.mobula.internal.hosting;

import org.jspecify.annotations.NullMarked;
