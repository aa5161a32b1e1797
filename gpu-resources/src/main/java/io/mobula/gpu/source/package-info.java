/**
 * The ways to learn of accelerators that need nothing but files and programs of the host: AMD's
 * files below {@code /sys}, and {@code nvidia-smi}.
 *
 * <p>Owns the port that each way is an instance of, and the reading of foreign text; never
 * remembers what was there before, and never decides what a process may use.
 */
@NullMarked
package io.mobula.gpu.source;

import org.jspecify.annotations.NullMarked;
