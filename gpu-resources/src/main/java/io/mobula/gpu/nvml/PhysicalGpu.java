package io.mobula.gpu.nvml;

import java.lang.foreign.MemorySegment;

/**
 * Whole GPU that has identified itself.
 *
 * @param number NVML's number of the GPU
 * @param handle NVML's handle of the GPU
 * @param uuid the UUID
 * @param pciAddress address on the bus; empty if unknown
 */
record PhysicalGpu(int number, MemorySegment handle, String uuid, String pciAddress) {}
