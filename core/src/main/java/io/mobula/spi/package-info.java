/**
 * Ports of a node: interfaces that other modules or users implement.
 * {@link java.util.ServiceLoader} finds their factories, or the node that uses them creates them.
 *
 * <p>The object directory ({@link ObjectDirectory}), the names of actors
 * ({@link ActorNameDirectory}), transfer between hosts ({@link ObjectTransfer}) and spilling
 * ({@link SpillTarget}) are implemented by {@code mobula-cluster-sharding-store}, accelerators
 * ({@link DeviceProbe}) by {@code mobula-gpu-resources}; {@link PlacementPolicy} may be replaced by
 * a program. This package has no implementation and no state; it uses the types of
 * {@code io.mobula} and Akka.
 */
@NullMarked
package io.mobula.spi;

import org.jspecify.annotations.NullMarked;
