/**
 * Names of actors, unique in the cluster: shards on Akka Cluster Sharding that remember nothing by
 * themselves, and a keeper on each node that knows which names the node stands for.
 *
 * <p>Owns the truth about who has a name. Never decides whether an actor lives: it is told.
 */
@NullMarked
package io.mobula.internal.names;

import org.jspecify.annotations.NullMarked;
