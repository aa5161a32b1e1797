/**
 * NVIDIA's GPUs by NVIDIA's own library, NVML, called through the JDK's foreign functions.
 *
 * <p>Owns the names and layouts of NVML; never decides what a process may use. Everything here is
 * for one thread at a time. Names of functions and numbers are those of NVML's reference; what an
 * old driver lacks is not told, and nothing else changes.
 */
@NullMarked
package io.mobula.gpu.nvml;

import org.jspecify.annotations.NullMarked;
