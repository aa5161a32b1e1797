package io.mobula.gpu.nvml;

import java.lang.foreign.MemorySegment;

/**
 * A whole GPU that told who it is.
 *
 * @param number NVML's
 * @param handle NVML's name for it
 * @param uuid its name for everybody
 * @param pciAddress where it is on the bus; empty where that is not told
 */
record PhysicalGpu(int number, MemorySegment handle, String uuid, String pciAddress) {}
