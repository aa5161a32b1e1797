/**
 * NVIDIA's GPUs by way of NVML, NVIDIA's own library, called through the JDK's foreign functions.
 *
 * <p>The package owns the names and layouts of NVML and never decides what a process may use. Its
 * classes are for one thread at a time. Names of functions and numbers are those of NVML's
 * reference. Information that an old driver lacks is missing from the result, with no other effect.
 */
@NullMarked
package io.mobula.gpu.nvml;

import org.jspecify.annotations.NullMarked;
