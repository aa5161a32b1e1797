/**
 * Cluster membership: joining, hellos, failure detection, leaving.
 *
 * <p>This package owns the membership of this process and what it knows of its peers. It knows
 * nothing of tasks, objects or resources; no package above it talks to Akka Cluster.
 */
@NullMarked
package io.mobula.internal.cluster;

import org.jspecify.annotations.NullMarked;
