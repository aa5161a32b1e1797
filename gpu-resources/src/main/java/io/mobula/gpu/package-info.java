/**
 * Description of accelerators as plain records (model, location, health, usage), and
 * {@link io.mobula.gpu.AcceleratorProbe}, the port that finds them.
 *
 * <p>The package never talks to a driver (packages {@code source}, {@code nvml} and {@code probe}
 * do) and never assigns a device.
 */
@NullMarked
package io.mobula.gpu;

import org.jspecify.annotations.NullMarked;
