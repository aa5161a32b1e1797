/**
 * Sources of information about accelerators that need only files and programs of the host: AMD's
 * files below {@code /sys}, and {@code nvidia-smi}.
 *
 * <p>The package owns {@link io.mobula.gpu.source.DeviceSource}, the port of all sources, and the
 * parsing of foreign text. It neither remembers earlier results nor decides what a process may use.
 */
@NullMarked
package io.mobula.gpu.source;

import org.jspecify.annotations.NullMarked;
