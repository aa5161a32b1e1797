package io.mobula.internal.placement;

import io.mobula.Placement;
import io.mobula.PlacementGroup;
import io.mobula.PlacementGroupId;
import io.mobula.PlacementGroupRequest;
import io.mobula.PlacementStrategy;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import org.jspecify.annotations.Nullable;

/** How work says in frames which placement group it is in. */
public final class PlacementGroupCodec {
  private PlacementGroupCodec() {}

  /** The group that work is placed in, or null. */
  public static Placement.@Nullable Group of(Placement placement) {
    return placement instanceof Placement.Group group ? group : null;
  }

  /** What was read, as a placement; anywhere for null. */
  public static Placement orAnywhere(Placement.@Nullable Group group) {
    return group == null ? Placement.anywhere() : group;
  }

  /** Writes it; null is fine. */
  public static void write(FrameWriter out, Placement.@Nullable Group placed) {
    out.flag(placed != null);
    if (placed == null) {
      return;
    }
    var group = placed.group();
    out.int64(group.id().node())
        .int64(group.id().number())
        .text(group.name().orElse(null))
        .choice(group.strategy())
        .list(group.bundles(), LeaseGranter::writeResources)
        .int32(placed.bundle())
        .flag(placed.capturing());
  }

  /** Reads what {@link #write} has written. */
  public static Placement.@Nullable Group read(FrameReader in) {
    if (!in.flag()) {
      return null;
    }
    var id = new PlacementGroupId(in.int64(), in.int64());
    var name = in.optionalText();
    var strategy = in.choice(PlacementStrategy.values());
    var bundles = in.list(LeaseGranter::readResources);
    var request = new PlacementGroupRequest(name, strategy, bundles, false);
    var placed = new Placement.Group(PlacementGroup.of(null, id, request), in.int32(), false);
    return in.flag() ? placed.capturingChildren() : placed;
  }
}
