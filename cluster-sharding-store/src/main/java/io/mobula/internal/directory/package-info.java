/**
 * The directory of objects across nodes: who has what, who holds what, on Akka Cluster Sharding.
 *
 * <p>Owns the shards' records and each node's table of what it has said. The rules are pure classes
 * (no Akka, no clock, no threads); the actors around them deliver and apply. Never reads a value,
 * moves no bytes of objects that are sealed, and keeps nothing on disk.
 */
@NullMarked
package io.mobula.internal.directory;

import org.jspecify.annotations.NullMarked;
