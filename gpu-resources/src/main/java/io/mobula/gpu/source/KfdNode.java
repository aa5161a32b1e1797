package io.mobula.gpu.source;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A GPU as the kernel's compute driver describes it in {@code topology/nodes/…/properties}.
 *
 * @param name of its folder
 * @param uuid as AMD's tools write it: {@code GPU-} and 16 digits; by its place where the chip has
 *     no number of its own
 * @param renderMinor the number in {@code /dev/dri/renderD128}
 * @param architecture {@code gfx90a}; empty where that is not told
 * @param pciAddress such as {@code 0000:c1:00.0}
 */
record KfdNode(String name, String uuid, long renderMinor, String architecture, String pciAddress) {
  private static final long PUBLIC_MEMORY = 1;
  private static final long PRIVATE_MEMORY = 2;
  private static final long XGMI = 11;

  /** Empty for a node that has no device to open. */
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

  /** With a name of its own, for kernels that give all partitions of a GPU the same. */
  KfdNode asPartition() {
    return new KfdNode(name, uuid + "-" + renderMinor, renderMinor, architecture, pciAddress);
  }

  private static String uuid(long unique, String address) {
    return unique == 0 ? "AMD-" + address : String.format(Locale.ROOT, "GPU-%016x", unique);
  }

  /** Two decimal digits each of minor version and stepping: 90010 is {@code gfx90a}. */
  static String architecture(long version) {
    return version <= 0
        ? ""
        : String.format(
            Locale.ROOT, "gfx%d%x%x", version / 10_000, version / 100 % 100, version % 100);
  }

  /** Whether a bank of memory is on the device, be it visible to the processor or not. */
  static boolean isOnDevice(Map<String, Long> bank) {
    long type = bank.getOrDefault("heap_type", 0L);
    return type == PUBLIC_MEMORY || type == PRIVATE_MEMORY;
  }

  /** Whether a link is one of AMD's own. */
  static boolean isXgmi(Map<String, Long> link) {
    return link.getOrDefault("type", 0L) == XGMI;
  }
}
