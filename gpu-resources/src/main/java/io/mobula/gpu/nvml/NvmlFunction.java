package io.mobula.gpu.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;

/**
 * Functions of NVML that are used. Each returns a {@link ReturnCode}; results are written to where
 * the last parameters point.
 */
enum NvmlFunction {
  INIT("nvmlInit_v2"),
  SHUTDOWN("nvmlShutdown"),
  COUNT("nvmlDeviceGetCount_v2", ADDRESS),
  HANDLE("nvmlDeviceGetHandleByIndex_v2", JAVA_INT, ADDRESS),
  UUID("nvmlDeviceGetUUID", ADDRESS, ADDRESS, JAVA_INT),
  NAME("nvmlDeviceGetName", ADDRESS, ADDRESS, JAVA_INT),
  MEMORY("nvmlDeviceGetMemoryInfo", ADDRESS, ADDRESS),
  CAPABILITY("nvmlDeviceGetCudaComputeCapability", ADDRESS, ADDRESS, ADDRESS),
  PCI("nvmlDeviceGetPciInfo_v3", ADDRESS, ADDRESS),
  MINOR_NUMBER("nvmlDeviceGetMinorNumber", ADDRESS, ADDRESS),
  MEMORY_AFFINITY("nvmlDeviceGetMemoryAffinity", ADDRESS, JAVA_INT, ADDRESS, JAVA_INT),
  UTILISATION("nvmlDeviceGetUtilizationRates", ADDRESS, ADDRESS),
  TEMPERATURE("nvmlDeviceGetTemperature", ADDRESS, JAVA_INT, ADDRESS),
  PROCESSES("nvmlDeviceGetComputeRunningProcesses_v3", ADDRESS, ADDRESS, ADDRESS),
  PROCESSES_BEFORE_510("nvmlDeviceGetComputeRunningProcesses_v2", ADDRESS, ADDRESS, ADDRESS),
  ECC_ERRORS("nvmlDeviceGetTotalEccErrors", ADDRESS, JAVA_INT, JAVA_INT, ADDRESS),
  REMAPPED_ROWS("nvmlDeviceGetRemappedRows", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS),
  MIG_MODE("nvmlDeviceGetMigMode", ADDRESS, ADDRESS, ADDRESS),
  MIG_COUNT("nvmlDeviceGetMaxMigDeviceCount", ADDRESS, ADDRESS),
  MIG_HANDLE("nvmlDeviceGetMigDeviceHandleByIndex", ADDRESS, JAVA_INT, ADDRESS),
  GPU_INSTANCE("nvmlDeviceGetGpuInstanceId", ADDRESS, ADDRESS),
  COMPUTE_INSTANCE("nvmlDeviceGetComputeInstanceId", ADDRESS, ADDRESS),
  COMMON_ANCESTOR("nvmlDeviceGetTopologyCommonAncestor", ADDRESS, ADDRESS, ADDRESS),
  P2P_STATUS("nvmlDeviceGetP2PStatus", ADDRESS, ADDRESS, JAVA_INT, ADDRESS),
  NVLINK_STATE("nvmlDeviceGetNvLinkState", ADDRESS, JAVA_INT, ADDRESS),
  NVLINK_REMOTE("nvmlDeviceGetNvLinkRemotePciInfo_v2", ADDRESS, JAVA_INT, ADDRESS),
  EVENT_SET_CREATE("nvmlEventSetCreate", ADDRESS),
  EVENT_SET_FREE("nvmlEventSetFree", ADDRESS),
  EVENT_SET_WAIT("nvmlEventSetWait_v2", ADDRESS, ADDRESS, JAVA_INT),
  REGISTER_EVENTS("nvmlDeviceRegisterEvents", ADDRESS, JAVA_LONG, ADDRESS);

  private final String symbol;

  @SuppressWarnings("ImmutableEnumChecker") // it is immutable, without a declaration of that
  private final FunctionDescriptor descriptor;

  NvmlFunction(String symbol, MemoryLayout... parameters) {
    this.symbol = symbol;
    this.descriptor = FunctionDescriptor.of(JAVA_INT, parameters);
  }

  /** Returns the function's symbol in the library. */
  String symbol() {
    return symbol;
  }

  /** Returns the parameter and result types. */
  FunctionDescriptor descriptor() {
    return descriptor;
  }

  /** Returns whether a probe is impossible without the function. */
  boolean isEssential() {
    return switch (this) {
      case INIT, SHUTDOWN, COUNT, HANDLE, UUID -> true;
      case NAME,
          MEMORY,
          CAPABILITY,
          PCI,
          MINOR_NUMBER,
          MEMORY_AFFINITY,
          UTILISATION,
          TEMPERATURE,
          PROCESSES,
          PROCESSES_BEFORE_510,
          ECC_ERRORS,
          REMAPPED_ROWS,
          MIG_MODE,
          MIG_COUNT,
          MIG_HANDLE,
          GPU_INSTANCE,
          COMPUTE_INSTANCE,
          COMMON_ANCESTOR,
          P2P_STATUS,
          NVLINK_STATE,
          NVLINK_REMOTE,
          EVENT_SET_CREATE,
          EVENT_SET_FREE,
          EVENT_SET_WAIT,
          REGISTER_EVENTS -> false;
    };
  }
}
