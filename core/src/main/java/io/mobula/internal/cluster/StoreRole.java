package io.mobula.internal.cluster;

import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Location of a member's store as a role of Akka Cluster. Roles are all that the others know of a
 * member from the moment it begins to join, before it introduces itself.
 */
final class StoreRole {
  private static final String PREFIX = "mobula-store";
  private static final Pattern FORM =
      Pattern.compile(PREFIX + "=([0-9a-f]{16})([0-9a-f]{16})=([^=]*)=(.*)", Pattern.DOTALL);

  private StoreRole() {}

  static String of(Peer.StoreLocation store) {
    var hex = HexFormat.of();
    return PREFIX + "=" + hex.toHexDigits(store.idHigh()) + hex.toHexDigits(store.idLow()) + "="
        + store.sharingGroup().replace("=", "%3D") + "=" + store.directory();
  }

  /** Returns the store that the roles of a member name; null if none does, or none is valid. */
  static Peer.@Nullable StoreLocation find(Iterable<String> roles) {
    for (var role : roles) {
      var parts = FORM.matcher(role);
      if (parts.matches()) {
        return new Peer.StoreLocation(
            parts.group(4),
            HexFormat.fromHexDigitsToLong(parts.group(1)),
            HexFormat.fromHexDigitsToLong(parts.group(2)),
            parts.group(3).replace("%3D", "="));
      }
    }
    return null;
  }
}
