/**
 * The probe of a host: asks the sources one after the other, remembers what they have shown, and
 * lets through what this process may use.
 *
 * <p>Owns memory of devices and the rules of {@code CUDA_VISIBLE_DEVICES}; knows no driver itself.
 */
@NullMarked
package io.mobula.gpu.probe;

import org.jspecify.annotations.NullMarked;
