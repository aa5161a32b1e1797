/**
 * Adapter for nodes: it translates the accelerators of this module to the port
 * {@code io.mobula.spi.DeviceProbe}, and is found by {@link java.util.ServiceLoader}. It contains
 * only the translation; the probe knows what devices there are.
 */
@NullMarked
package io.mobula.gpu.node;

import org.jspecify.annotations.NullMarked;
