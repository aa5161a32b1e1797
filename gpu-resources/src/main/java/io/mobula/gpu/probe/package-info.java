/**
 * Probe of a host. It queries the sources one after the other, remembers the devices that they have
 * listed, and returns those that this process may use.
 *
 * <p>The package owns the history of devices and the rules of {@code CUDA_VISIBLE_DEVICES}. It
 * talks to no driver itself.
 */
@NullMarked
package io.mobula.gpu.probe;

import org.jspecify.annotations.NullMarked;
