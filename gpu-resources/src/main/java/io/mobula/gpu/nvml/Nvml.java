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
 * NVML's questions, with Java's types. A device is named by its handle, which stays valid until
 * {@link #shutdown()}.
 */
final class Nvml {
  /** What {@link #p2p} answers for two devices that reach each other by NVLink. */
  static final int P2P_OK = 0;

  private static final int UNCORRECTED = 1;
  private static final int SINCE_DRIVER_WAS_LOADED = 0;
  private static final int OF_THE_CHIP = 0;
  private static final int BY_NVLINK = 2;
  private static final int OF_THE_NODE = 0;
  private static final int WORDS_OF_NODES = 16;
  private static final int MOST_PROCESSES = 4096;

  /**
   * Room for a process: for a while in 2023 drivers wrote 8 bytes more for each than the header
   * says.
   */
  private static final long ROOM_FOR_PROCESS = Layouts.PROCESS.byteSize() + 8;

  private final Calls calls;

  Nvml(Library library) {
    this.calls = new Calls(library);
  }

  /** Memory of a device, in bytes. */
  record Memory(long total, long used) {}

  /** Per cent of the time. */
  record Rates(int gpu, int memory) {}

  /**
   * Rows of memory that were replaced by spare ones.
   *
   * @param failed whether there was none left
   */
  record Remapped(int uncorrected, boolean failed) {}

  /** Something a driver reports without being asked. */
  record Event(long device, long type, long number, int gpuInstance, int computeInstance) {}

  Answer<Integer> init() {
    return calls.answer(Function.INIT, calls.call(Function.INIT), () -> 0);
  }

  void shutdown() {
    var _ = calls.call(Function.SHUTDOWN);
  }

  Answer<Integer> count() {
    return calls.number(Function.COUNT);
  }

  Answer<MemorySegment> handle(int index) {
    return calls.pointer(Function.HANDLE, index);
  }

  Answer<String> uuid(MemorySegment device) {
    return calls.text(Function.UUID, device);
  }

  Answer<String> name(MemorySegment device) {
    return calls.text(Function.NAME, device);
  }

  Answer<Memory> memory(MemorySegment device) {
    return calls.structure(
        Function.MEMORY,
        Layouts.MEMORY,
        it -> new Memory(
            Math.max(0, it.get(JAVA_LONG, Layouts.offset(Layouts.MEMORY, "total"))),
            Math.max(0, it.get(JAVA_LONG, Layouts.offset(Layouts.MEMORY, "used")))),
        device);
  }

  /** Such as {@code 9.0}. */
  Answer<String> capability(MemorySegment device) {
    return calls.numbers(Function.CAPABILITY, 2, at -> at.apply(0) + "." + at.apply(1), device);
  }

  Answer<String> pciAddress(MemorySegment device) {
    return calls.structure(Function.PCI, Layouts.PCI, Nvml::pciAddressIn, device);
  }

  private static String pciAddressIn(MemorySegment pci) {
    var written = pci.asSlice(Layouts.offset(Layouts.PCI, "busId"));
    return PciAddress.of(Calls.textIn(written));
  }

  Answer<Integer> minorNumber(MemorySegment device) {
    return calls.number(Function.MINOR_NUMBER, device);
  }

  /** The one node of memory that is nearest; empty where several are alike. */
  Answer<OptionalInt> numaNode(MemorySegment device) {
    try (var arena = Arena.ofConfined()) {
      var set = arena.allocate(JAVA_LONG, WORDS_OF_NODES);
      int code = calls.call(Function.MEMORY_AFFINITY, device, WORDS_OF_NODES, set, OF_THE_NODE);
      return calls.answer(Function.MEMORY_AFFINITY, code, () -> onlyOne(set));
    }
  }

  private static OptionalInt onlyOne(MemorySegment set) {
    var nodes = BitSet.valueOf(set.toArray(JAVA_LONG));
    return nodes.cardinality() == 1 ? OptionalInt.of(nodes.nextSetBit(0)) : OptionalInt.empty();
  }

  Answer<Rates> utilisation(MemorySegment device) {
    return calls.structure(
        Function.UTILISATION,
        Layouts.UTILISATION,
        it -> new Rates(it.get(JAVA_INT, 0), it.get(JAVA_INT, JAVA_INT.byteSize())),
        device);
  }

  Answer<Integer> temperature(MemorySegment device) {
    return calls.number(Function.TEMPERATURE, device, OF_THE_CHIP);
  }

  /** Memory errors that lost what was written, since the driver was loaded. */
  Answer<Long> eccErrors(MemorySegment device) {
    try (var arena = Arena.ofConfined()) {
      var count = arena.allocate(JAVA_LONG);
      int code =
          calls.call(Function.ECC_ERRORS, device, UNCORRECTED, SINCE_DRIVER_WAS_LOADED, count);
      return calls.answer(Function.ECC_ERRORS, code, () -> count.get(JAVA_LONG, 0));
    }
  }

  Answer<Remapped> remappedRows(MemorySegment device) {
    return calls.numbers(
        Function.REMAPPED_ROWS, 4, at -> new Remapped(at.apply(1), at.apply(3) != 0), device);
  }

  /** Whether the GPU is split into instances. */
  Answer<Boolean> isSplit(MemorySegment device) {
    return calls.numbers(Function.MIG_MODE, 2, at -> at.apply(0) == 1, device);
  }

  Answer<Integer> mostInstances(MemorySegment device) {
    return calls.number(Function.MIG_COUNT, device);
  }

  Answer<MemorySegment> instance(MemorySegment device, int index) {
    return calls.pointer(Function.MIG_HANDLE, device, index);
  }

  Answer<Integer> gpuInstance(MemorySegment instance) {
    return calls.number(Function.GPU_INSTANCE, instance);
  }

  Answer<Integer> computeInstance(MemorySegment instance) {
    return calls.number(Function.COMPUTE_INSTANCE, instance);
  }

  /** How far up the tree of buses two devices meet. */
  Answer<Integer> commonAncestor(MemorySegment one, MemorySegment other) {
    return calls.number(Function.COMMON_ANCESTOR, one, other);
  }

  /** {@link #P2P_OK} where two devices reach each other by NVLink, be it through a switch. */
  Answer<Integer> p2p(MemorySegment one, MemorySegment other) {
    return calls.number(Function.P2P_STATUS, one, other, BY_NVLINK);
  }

  /** Whether a link of a device is up. */
  Answer<Integer> linkState(MemorySegment device, int link) {
    return calls.number(Function.NVLINK_STATE, device, link);
  }

  /** Where on the bus the other end of a link is. */
  Answer<String> linkRemote(MemorySegment device, int link) {
    return calls.structure(Function.NVLINK_REMOTE, Layouts.PCI, Nvml::pciAddressIn, device, link);
  }

  /** What computes there. */
  Answer<List<GpuProcess>> processes(MemorySegment device) {
    var now = processes(Function.PROCESSES, device);
    return now instanceof Answer.Refused<List<GpuProcess>>(var refusal)
            && refusal.code() == ReturnCode.FUNCTION_NOT_FOUND
        ? processes(Function.PROCESSES_BEFORE_510, device)
        : now;
  }

  private Answer<List<GpuProcess>> processes(Function function, MemorySegment device) {
    try (var arena = Arena.ofConfined()) {
      var count = arena.allocate(JAVA_INT);
      int code = calls.call(function, device, count, MemorySegment.NULL);
      if (code != ReturnCode.INSUFFICIENT_SIZE) {
        return calls.answer(function, code, List::of);
      }
      int room = Math.clamp(count.get(JAVA_INT, 0) + 16L, 16, MOST_PROCESSES); // some may start
      count.set(JAVA_INT, 0, room);
      var infos = arena.allocate(ROOM_FOR_PROCESS * room, JAVA_LONG.byteAlignment());
      code = calls.call(function, device, count, infos);
      int written = Math.clamp(count.get(JAVA_INT, 0), 0, room);
      return calls.answer(function, code, () -> processesIn(infos, written));
    }
  }

  private static List<GpuProcess> processesIn(MemorySegment infos, int count) {
    var processes = new ArrayList<GpuProcess>();
    for (int i = 0; i < count; i++) {
      var info = infos.asSlice(i * Layouts.PROCESS.byteSize(), Layouts.PROCESS);
      long used = info.get(JAVA_LONG, Layouts.offset(Layouts.PROCESS, "usedGpuMemory"));
      processes.add(new GpuProcess(
          Integer.toUnsignedLong(info.get(JAVA_INT, 0)),
          used < 0 ? OptionalLong.empty() : OptionalLong.of(used)));
    }
    return processes;
  }

  Answer<MemorySegment> createEventSet() {
    return calls.pointer(Function.EVENT_SET_CREATE);
  }

  void freeEventSet(MemorySegment set) {
    var _ = calls.call(Function.EVENT_SET_FREE, set);
  }

  Answer<Integer> registerEvents(MemorySegment device, long types, MemorySegment set) {
    int code = calls.call(Function.REGISTER_EVENTS, device, types, set);
    return calls.answer(Function.REGISTER_EVENTS, code, () -> 0);
  }

  /** The next event, or a refusal with {@link ReturnCode#TIMEOUT} after so many milliseconds. */
  Answer<Event> nextEvent(MemorySegment set, int milliseconds) {
    try (var arena = Arena.ofConfined()) {
      var data = arena.allocate(Layouts.EVENT);
      int code = calls.call(Function.EVENT_SET_WAIT, set, data, milliseconds);
      return calls.answer(Function.EVENT_SET_WAIT, code, () -> eventIn(data));
    }
  }

  private static Event eventIn(MemorySegment data) {
    return new Event(
        data.get(ADDRESS, 0).address(),
        data.get(JAVA_LONG, Layouts.offset(Layouts.EVENT, "eventType")),
        data.get(JAVA_LONG, Layouts.offset(Layouts.EVENT, "eventData")),
        data.get(JAVA_INT, Layouts.offset(Layouts.EVENT, "gpuInstanceId")),
        data.get(JAVA_INT, Layouts.offset(Layouts.EVENT, "computeInstanceId")));
  }
}
