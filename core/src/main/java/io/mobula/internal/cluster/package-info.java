/**
 * Which processes form the cluster: joining, saying hello, watching, leaving.
 *
 * <p>Owns the membership of this process and what it knows of its peers. Knows nothing of tasks,
 * objects or resources; above it nobody talks to Akka Cluster.
 */
@NullMarked
package io.mobula.internal.cluster;

import org.jspecify.annotations.NullMarked;
