/**
 * Cluster-wide names of actors. Shards on Akka Cluster Sharding decide which actor holds a name.
 * They store nothing: a shard that starts asks all nodes. A registrar on each node knows which
 * names the node keeps, and registers them again when a shard asks.
 *
 * <p>The package decides who holds a name. It never decides whether an actor is alive: its callers
 * say so.
 */
@NullMarked
package io.mobula.internal.names;

import org.jspecify.annotations.NullMarked;
