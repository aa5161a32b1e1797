package io.mobula.gpu.source;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * GPU as the kernel's compute driver (KFD) describes it in {@code topology/nodes/…/properties}.
 *
 * @param name name of its folder
 * @param uuid identifier as AMD's tools write it: {@code GPU-} and 16 digits; made from the PCI
 *     address if the chip has no number of its own
 * @param renderMinor the number in {@code /dev/dri/renderD128}
 * @param architecture target such as {@code gfx90a}; empty if unknown
 * @param pciAddress address such as {@code 0000:c1:00.0}
 */
record KfdNode(String name, String uuid, long renderMinor, String architecture, String pciAddress) {
  private static final long PUBLIC_MEMORY = 1;
  private static final long PRIVATE_MEMORY = 2;
  private static final long XGMI = 11;

  /** Parses a node's properties. Returns empty for a node that has no device file. */
  static Optional<KfdNode> of(String name, Map<String, Long> properties) {
    long minor = properties.getOrDefault("drm_render_minor", 0L);
    if (minor <= 0 || properties.getOrDefault("simd_count", 1L) == 0) {
      return Optional.empty();
    }
    var address = PciAddress.of(
        properties.getOrDefault("domain", 0L), properties.getOrDefault("location_id", 0L));
    return Optional.of(new KfdNode(
        name,
        uuid(properties.getOrDefault("unique_id", 0L), address),
        minor,
        architecture(properties.getOrDefault("gfx_target_version", 0L)),
        address));
  }

  /**
   * Returns the node with a UUID of its own, for kernels that give all partitions of a GPU the same
   * one.
   */
  KfdNode asPartition() {
    return new KfdNode(name, uuid + "-" + renderMinor, renderMinor, architecture, pciAddress);
  }

  private static String uuid(long unique, String address) {
    return unique == 0 ? "AMD-" + address : String.format(Locale.ROOT, "GPU-%016x", unique);
  }

  /**
   * Returns the target of a version with two decimal digits each for minor version and stepping:
   * 90010 is {@code gfx90a}.
   */
  static String architecture(long version) {
    return version <= 0
        ? ""
        : String.format(
            Locale.ROOT, "gfx%d%x%x", version / 10_000, version / 100 % 100, version % 100);
  }

  /** Returns whether a memory bank is on the device, visible to the processor or not. */
  static boolean isOnDevice(Map<String, Long> bank) {
    long type = bank.getOrDefault("heap_type", 0L);
    return type == PUBLIC_MEMORY || type == PRIVATE_MEMORY;
  }

  /** Returns whether a link is one of AMD's own. */
  static boolean isXgmi(Map<String, Long> link) {
    return link.getOrDefault("type", 0L) == XGMI;
  }
}
