package io.mobula.gpu.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;

/**
 * Layouts of the NVML structures that are read, as NVML's header defines them for 64-bit machines.
 * Each has kept its layout since the version of the function that fills it.
 */
final class NvmlLayouts {
  /** Layout of {@code nvmlMemory_t}, in bytes. */
  static final StructLayout MEMORY = MemoryLayout.structLayout(
      JAVA_LONG.withName("total"), JAVA_LONG.withName("free"), JAVA_LONG.withName("used"));

  /** Layout of {@code nvmlUtilization_t}, in per cent. */
  static final StructLayout UTILISATION =
      MemoryLayout.structLayout(JAVA_INT.withName("gpu"), JAVA_INT.withName("memory"));

  /** Layout of {@code nvmlPciInfo_t}, with the PCI address. */
  static final StructLayout PCI = MemoryLayout.structLayout(
      MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("busIdLegacy"),
      JAVA_INT.withName("domain"),
      JAVA_INT.withName("bus"),
      JAVA_INT.withName("device"),
      JAVA_INT.withName("pciDeviceId"),
      JAVA_INT.withName("pciSubSystemId"),
      MemoryLayout.sequenceLayout(32, JAVA_BYTE).withName("busId"));

  /** Layout of {@code nvmlProcessInfo_t} in the second and third version of the call. */
  static final StructLayout PROCESS = MemoryLayout.structLayout(
      JAVA_INT.withName("pid"),
      MemoryLayout.paddingLayout(4),
      JAVA_LONG.withName("usedGpuMemory"),
      JAVA_INT.withName("gpuInstanceId"),
      JAVA_INT.withName("computeInstanceId"));

  /** Layout of {@code nvmlEventData_t} in the second version of the call. */
  static final StructLayout EVENT = MemoryLayout.structLayout(
      ADDRESS.withName("device"),
      JAVA_LONG.withName("eventType"),
      JAVA_LONG.withName("eventData"),
      JAVA_INT.withName("gpuInstanceId"),
      JAVA_INT.withName("computeInstanceId"));

  private NvmlLayouts() {}

  /** Returns the offset of a field in a layout. */
  static long offset(StructLayout layout, String field) {
    return layout.byteOffset(PathElement.groupElement(field));
  }
}
