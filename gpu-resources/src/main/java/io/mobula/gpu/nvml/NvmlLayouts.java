package io.mobula.gpu.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/**
 * The structures of NVML that are read, as its header lays them out for a 64-bit machine. All of
 * them have kept their layout since the version of the function that fills them.
 */
final class NvmlLayouts {
  /** {@code nvmlMemory_t}: bytes. */
  static final StructLayout MEMORY = MemoryLayout.structLayout(
      JAVA_LONG.withName("total"), JAVA_LONG.withName("free"), JAVA_LONG.withName("used"));

  /** {@code nvmlUtilization_t}: per cent. */
  static final StructLayout UTILISATION =
      MemoryLayout.structLayout(JAVA_INT.withName("gpu"), JAVA_INT.withName("memory"));

  /** {@code nvmlPciInfo_t}. */
  static final StructLayout PCI = MemoryLayout.structLayout(
      MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("busIdLegacy"),
      JAVA_INT.withName("domain"),
      JAVA_INT.withName("bus"),
      JAVA_INT.withName("device"),
      JAVA_INT.withName("pciDeviceId"),
      JAVA_INT.withName("pciSubSystemId"),
      MemoryLayout.sequenceLayout(32, JAVA_BYTE).withName("busId"));

  /** {@code nvmlProcessInfo_t} of the second and third version of the call. */
  static final StructLayout PROCESS = MemoryLayout.structLayout(
      JAVA_INT.withName("pid"),
      MemoryLayout.paddingLayout(4),
      JAVA_LONG.withName("usedGpuMemory"),
      JAVA_INT.withName("gpuInstanceId"),
      JAVA_INT.withName("computeInstanceId"));

  /** {@code nvmlEventData_t} of the second version of the call. */
  static final StructLayout EVENT = MemoryLayout.structLayout(
      ADDRESS.withName("device"),
      JAVA_LONG.withName("eventType"),
      JAVA_LONG.withName("eventData"),
      JAVA_INT.withName("gpuInstanceId"),
      JAVA_INT.withName("computeInstanceId"));

  private NvmlLayouts() {}

  /** Where a field begins. */
  static long offset(StructLayout layout, String field) {
    return layout.byteOffset(PathElement.groupElement(field));
  }
}
