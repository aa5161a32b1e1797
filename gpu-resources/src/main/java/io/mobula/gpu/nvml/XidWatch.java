package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.MigInstance;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watch for errors that NVIDIA's driver reports after a device was first seen. Earlier errors are
 * unknown. Reported errors are remembered until NVML is initialised again, as it is after the
 * driver was reloaded.
 */
final class XidWatch {
  private static final long XID = 8;
  private static final int MAX_PER_CALL = 256;
  private static final int MILLISECONDS = 1;

  private final Nvml nvml;
  private final Map<Long, String> followed = new HashMap<>();
  private final Map<String, List<Xid>> reported = new HashMap<>();
  private @Nullable MemorySegment set;
  private boolean isBlind;

  XidWatch(Nvml nvml) {
    this.nvml = nvml;
  }

  /** Watches a GPU from now on. If that is impossible, the error is returned once. */
  Optional<NvmlError> watch(MemorySegment device, String uuid) {
    if (isBlind || followed.containsValue(uuid)) {
      return Optional.empty();
    }
    if (set == null) {
      switch (nvml.createEventSet()) {
        case NvmlResult.Success<MemorySegment>(var created) -> set = created;
        case NvmlResult.Failure<MemorySegment>(var error) -> {
          isBlind = true;
          return Optional.of(error);
        }
      }
    }
    followed.put(device.address(), uuid);
    return nvml.registerEvents(device, XID, set) instanceof NvmlResult.Failure<Integer>(var refusal)
        ? Optional.of(refusal)
        : Optional.empty();
  }

  /** Takes the events reported meanwhile. Costs a millisecond if there are none. */
  void drain() {
    if (set == null) {
      return;
    }
    for (int i = 0; i < MAX_PER_CALL; i++) {
      var event = nvml.nextEvent(set, MILLISECONDS).toOptional();
      if (event.isEmpty()) {
        return;
      }
      take(event.get());
    }
  }

  private void take(Nvml.Event event) {
    var uuid = followed.get(event.device());
    var xid = new Xid(event.number(), event.gpuInstance(), event.computeInstance());
    if (uuid != null && (event.type() & XID) != 0 && xid.isOfDevice()) {
      var before = reported.computeIfAbsent(uuid, _ -> new ArrayList<>());
      if (!before.contains(xid)) {
        before.add(xid);
      }
    }
  }

  /** Returns what was reported about a whole GPU, including any part of it. */
  DeviceHealth of(String uuid) {
    return worst(reported.getOrDefault(uuid, List.of()));
  }

  /** Returns what was reported about a part of a GPU. */
  DeviceHealth of(MigInstance part) {
    return worst(reported.getOrDefault(part.parent(), List.of()).stream()
        .filter(xid -> xid.concerns(part))
        .toList());
  }

  private static DeviceHealth worst(List<Xid> xids) {
    return xids.stream().map(Xid::health).reduce(DeviceHealth.healthy(), DeviceHealth::worseOf);
  }

  void close() {
    if (set != null) {
      nvml.freeEventSet(set);
      set = null;
    }
  }
}
