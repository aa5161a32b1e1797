/**
 * Ports of a node: interfaces that other modules or users implement, and the requests that the call
 * forms of {@code io.mobula} pass to a runtime. Programs that only use Mobula never write these
 * types. {@link java.util.ServiceLoader} finds the factories, or the node that uses them creates
 * them.
 *
 * <p>The object directory ({@link ObjectDirectory}), the names of actors
 * ({@link ActorNameDirectory}), transfer between hosts ({@link ObjectTransfer}) and spilling
 * ({@link SpillTarget}) are implemented by {@code mobula-cluster-sharding-store}, accelerators
 * ({@link DeviceProbe}) by {@code mobula-gpu-resources}; {@link PlacementPolicy} may be replaced by
 * a program. A call form is a {@link RemoteFunction} with {@link Arguments} and options; the
 * runtime comes from a {@link RuntimeFactory}. This package has no implementation; it uses the
 * types of {@code io.mobula} and Akka.
 */
@NullMarked
package io.mobula.spi;

import org.jspecify.annotations.NullMarked;
