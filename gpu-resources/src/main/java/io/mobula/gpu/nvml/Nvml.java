package io.mobula.gpu.nvml;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.mobula.gpu.GpuProcess;
import io.mobula.gpu.source.PciAddress;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * NVML's queries with Java types. A device is identified by its handle, which is valid until
 * {@link #shutdown()}.
 */
final class Nvml {
  /** Status that {@link #p2p} returns for two devices connected by NVLink. */
  static final int P2P_OK = 0;

  private static final int UNCORRECTED = 1;
  private static final int SINCE_DRIVER_WAS_LOADED = 0;
  private static final int OF_THE_CHIP = 0;
  private static final int BY_NVLINK = 2;
  private static final int OF_THE_NODE = 0;
  private static final int WORDS_OF_NODES = 16;
  private static final int MAX_PROCESSES = 4096;

  /**
   * Room for one process: in 2023 some drivers wrote 8 bytes more for each than the header says.
   */
  private static final long ROOM_FOR_PROCESS = NvmlLayouts.PROCESS.byteSize() + 8;

  private final NvmlCalls calls;

  Nvml(NvmlLibrary library) {
    this.calls = new NvmlCalls(library);
  }

  /** Memory of a device, in bytes. */
  record Memory(long total, long used) {}

  /** Utilisation in per cent of the time. */
  record UtilisationRates(int gpu, int memory) {}

  /**
   * Counts of memory rows that were replaced by spare ones.
   *
   * @param failed whether a row could not be replaced for lack of spares
   */
  record RemappedRows(int uncorrected, boolean failed) {}

  /** Event that a driver reports without being asked. */
  record Event(long device, long type, long number, int gpuInstance, int computeInstance) {}

  NvmlResult<Integer> init() {
    return calls.toResult(NvmlFunction.INIT, calls.call(NvmlFunction.INIT), () -> 0);
  }

  void shutdown() {
    var _ = calls.call(NvmlFunction.SHUTDOWN);
  }

  NvmlResult<Integer> count() {
    return calls.number(NvmlFunction.COUNT);
  }

  NvmlResult<MemorySegment> handle(int index) {
    return calls.pointer(NvmlFunction.HANDLE, index);
  }

  NvmlResult<String> uuid(MemorySegment device) {
    return calls.text(NvmlFunction.UUID, device);
  }

  NvmlResult<String> name(MemorySegment device) {
    return calls.text(NvmlFunction.NAME, device);
  }

  NvmlResult<Memory> memory(MemorySegment device) {
    return calls.structure(
        NvmlFunction.MEMORY,
        NvmlLayouts.MEMORY,
        it -> new Memory(
            Math.max(0, it.get(JAVA_LONG, NvmlLayouts.offset(NvmlLayouts.MEMORY, "total"))),
            Math.max(0, it.get(JAVA_LONG, NvmlLayouts.offset(NvmlLayouts.MEMORY, "used")))),
        device);
  }

  /** Returns the compute capability, such as {@code 9.0}. */
  NvmlResult<String> capability(MemorySegment device) {
    return calls.numbers(NvmlFunction.CAPABILITY, 2, at -> at.apply(0) + "." + at.apply(1), device);
  }

  NvmlResult<String> pciAddress(MemorySegment device) {
    return calls.structure(NvmlFunction.PCI, NvmlLayouts.PCI, Nvml::pciAddressIn, device);
  }

  private static String pciAddressIn(MemorySegment pci) {
    var written = pci.asSlice(NvmlLayouts.offset(NvmlLayouts.PCI, "busId"));
    return PciAddress.of(NvmlCalls.textIn(written));
  }

  NvmlResult<Integer> minorNumber(MemorySegment device) {
    return calls.number(NvmlFunction.MINOR_NUMBER, device);
  }

  /** Returns the nearest NUMA node; empty if several are equally near. */
  NvmlResult<OptionalInt> numaNode(MemorySegment device) {
    try (var arena = Arena.ofConfined()) {
      var set = arena.allocate(JAVA_LONG, WORDS_OF_NODES);
      int code = calls.call(NvmlFunction.MEMORY_AFFINITY, device, WORDS_OF_NODES, set, OF_THE_NODE);
      return calls.toResult(NvmlFunction.MEMORY_AFFINITY, code, () -> onlyOne(set));
    }
  }

  private static OptionalInt onlyOne(MemorySegment set) {
    var nodes = BitSet.valueOf(set.toArray(JAVA_LONG));
    return nodes.cardinality() == 1 ? OptionalInt.of(nodes.nextSetBit(0)) : OptionalInt.empty();
  }

  NvmlResult<UtilisationRates> utilisation(MemorySegment device) {
    return calls.structure(
        NvmlFunction.UTILISATION,
        NvmlLayouts.UTILISATION,
        it -> new UtilisationRates(it.get(JAVA_INT, 0), it.get(JAVA_INT, JAVA_INT.byteSize())),
        device);
  }

  NvmlResult<Integer> temperature(MemorySegment device) {
    return calls.number(NvmlFunction.TEMPERATURE, device, OF_THE_CHIP);
  }

  /** Returns the number of memory errors since the driver was loaded that lost data. */
  NvmlResult<Long> eccErrors(MemorySegment device) {
    try (var arena = Arena.ofConfined()) {
      var count = arena.allocate(JAVA_LONG);
      int code =
          calls.call(NvmlFunction.ECC_ERRORS, device, UNCORRECTED, SINCE_DRIVER_WAS_LOADED, count);
      return calls.toResult(NvmlFunction.ECC_ERRORS, code, () -> count.get(JAVA_LONG, 0));
    }
  }

  NvmlResult<RemappedRows> remappedRows(MemorySegment device) {
    return calls.numbers(
        NvmlFunction.REMAPPED_ROWS,
        4,
        at -> new RemappedRows(at.apply(1), at.apply(3) != 0),
        device);
  }

  /** Returns whether the GPU is split into instances. */
  NvmlResult<Boolean> migEnabled(MemorySegment device) {
    return calls.numbers(NvmlFunction.MIG_MODE, 2, at -> at.apply(0) == 1, device);
  }

  NvmlResult<Integer> maxInstances(MemorySegment device) {
    return calls.number(NvmlFunction.MIG_COUNT, device);
  }

  NvmlResult<MemorySegment> instance(MemorySegment device, int index) {
    return calls.pointer(NvmlFunction.MIG_HANDLE, device, index);
  }

  NvmlResult<Integer> gpuInstance(MemorySegment instance) {
    return calls.number(NvmlFunction.GPU_INSTANCE, instance);
  }

  NvmlResult<Integer> computeInstance(MemorySegment instance) {
    return calls.number(NvmlFunction.COMPUTE_INSTANCE, instance);
  }

  /** Returns at which level of the bus tree two devices meet. */
  NvmlResult<Integer> commonAncestor(MemorySegment one, MemorySegment other) {
    return calls.number(NvmlFunction.COMMON_ANCESTOR, one, other);
  }

  /**
   * Returns {@link #P2P_OK} if two devices reach each other by NVLink, directly or through a
   * switch.
   */
  NvmlResult<Integer> p2p(MemorySegment one, MemorySegment other) {
    return calls.number(NvmlFunction.P2P_STATUS, one, other, BY_NVLINK);
  }

  /** Returns whether a link of a device is up. */
  NvmlResult<Integer> linkState(MemorySegment device, int link) {
    return calls.number(NvmlFunction.NVLINK_STATE, device, link);
  }

  /** Returns the PCI address of the other end of a link. */
  NvmlResult<String> linkRemote(MemorySegment device, int link) {
    return calls.structure(
        NvmlFunction.NVLINK_REMOTE, NvmlLayouts.PCI, Nvml::pciAddressIn, device, link);
  }

  /** Returns the processes that compute on the device. */
  NvmlResult<List<GpuProcess>> processes(MemorySegment device) {
    var now = processes(NvmlFunction.PROCESSES, device);
    return now instanceof NvmlResult.Failure<List<GpuProcess>>(var error)
            && error.code() == ReturnCode.FUNCTION_NOT_FOUND
        ? processes(NvmlFunction.PROCESSES_BEFORE_510, device)
        : now;
  }

  private NvmlResult<List<GpuProcess>> processes(NvmlFunction function, MemorySegment device) {
    try (var arena = Arena.ofConfined()) {
      var count = arena.allocate(JAVA_INT);
      int code = calls.call(function, device, count, MemorySegment.NULL);
      if (code != ReturnCode.INSUFFICIENT_SIZE) {
        return calls.toResult(function, code, List::of);
      }
      int room = Math.clamp(
          count.get(JAVA_INT, 0) + 16L,
          16,
          MAX_PROCESSES); // room for processes that start meanwhile
      count.set(JAVA_INT, 0, room);
      var infos = arena.allocate(ROOM_FOR_PROCESS * room, JAVA_LONG.byteAlignment());
      code = calls.call(function, device, count, infos);
      int written = Math.clamp(count.get(JAVA_INT, 0), 0, room);
      return calls.toResult(function, code, () -> processesIn(infos, written));
    }
  }

  private static List<GpuProcess> processesIn(MemorySegment infos, int count) {
    var processes = new ArrayList<GpuProcess>();
    for (int i = 0; i < count; i++) {
      var info = infos.asSlice(i * NvmlLayouts.PROCESS.byteSize(), NvmlLayouts.PROCESS);
      long used = info.get(JAVA_LONG, NvmlLayouts.offset(NvmlLayouts.PROCESS, "usedGpuMemory"));
      processes.add(new GpuProcess(
          Integer.toUnsignedLong(info.get(JAVA_INT, 0)),
          used < 0 ? OptionalLong.empty() : OptionalLong.of(used)));
    }
    return processes;
  }

  NvmlResult<MemorySegment> createEventSet() {
    return calls.pointer(NvmlFunction.EVENT_SET_CREATE);
  }

  void freeEventSet(MemorySegment set) {
    var _ = calls.call(NvmlFunction.EVENT_SET_FREE, set);
  }

  NvmlResult<Integer> registerEvents(MemorySegment device, long types, MemorySegment set) {
    int code = calls.call(NvmlFunction.REGISTER_EVENTS, device, types, set);
    return calls.toResult(NvmlFunction.REGISTER_EVENTS, code, () -> 0);
  }

  /**
   * Returns the next event, or an error with {@link ReturnCode#TIMEOUT} after this many
   * milliseconds.
   */
  NvmlResult<Event> nextEvent(MemorySegment set, int milliseconds) {
    try (var arena = Arena.ofConfined()) {
      var data = arena.allocate(NvmlLayouts.EVENT);
      int code = calls.call(NvmlFunction.EVENT_SET_WAIT, set, data, milliseconds);
      return calls.toResult(NvmlFunction.EVENT_SET_WAIT, code, () -> eventIn(data));
    }
  }

  private static Event eventIn(MemorySegment data) {
    return new Event(
        data.get(ADDRESS, 0).address(),
        data.get(JAVA_LONG, NvmlLayouts.offset(NvmlLayouts.EVENT, "eventType")),
        data.get(JAVA_LONG, NvmlLayouts.offset(NvmlLayouts.EVENT, "eventData")),
        data.get(JAVA_INT, NvmlLayouts.offset(NvmlLayouts.EVENT, "gpuInstanceId")),
        data.get(JAVA_INT, NvmlLayouts.offset(NvmlLayouts.EVENT, "computeInstanceId")));
  }
}
