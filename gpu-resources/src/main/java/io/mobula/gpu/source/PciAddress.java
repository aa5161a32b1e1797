package io.mobula.gpu.source;

import java.util.Locale;
import java.util.regex.Pattern;

/** Addresses on the PCI bus in one normal form, since every program writes them in its own way. */
public final class PciAddress {
  private static final Pattern WRITTEN =
      Pattern.compile("0{0,4}([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\\.([0-7])");

  private PciAddress() {}

  /**
   * Returns an address as the kernel writes it, {@code 0000:19:00.0} for {@code 00000000:19:00.0};
   * empty if the text is no address.
   */
  public static String of(String written) {
    var parts = WRITTEN.matcher(written.strip().toLowerCase(Locale.ROOT));
    return parts.matches()
        ? parts.group(1) + ":" + parts.group(2) + ":" + parts.group(3) + "." + parts.group(4)
        : "";
  }

  /**
   * Returns an address as the kernel writes it.
   *
   * @param domain domain of the bus
   * @param location the bus in the upper of two bytes, then five bits of device and three of
   *     function
   */
  public static String of(long domain, long location) {
    return String.format(
        Locale.ROOT,
        "%04x:%02x:%02x.%x",
        domain,
        (location >> 8) & 0xff,
        (location >> 3) & 0x1f,
        location & 0x7);
  }
}
