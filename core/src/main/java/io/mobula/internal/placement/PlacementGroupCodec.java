package io.mobula.internal.placement;

import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.PlacementStrategy;
import io.mobula.spi.PlacementGroupRequest;
import org.jspecify.annotations.Nullable;

/** Codec of the placement group of work in frames. */
public final class PlacementGroupCodec {
  private PlacementGroupCodec() {}

  /** Returns the group that the work is placed in, or null. */
  public static Placement.@Nullable Group of(Placement placement) {
    return placement instanceof Placement.Group group ? group : null;
  }

  /** Returns the decoded group as a placement; {@code anywhere} for null. */
  public static Placement orAnywhere(Placement.@Nullable Group group) {
    return group == null ? Placement.anywhere() : group;
  }

  /** Writes the group, or that there is none. */
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
        .list(group.bundles(), ResourcesCodec::write)
        .int32(placed.bundle())
        .flag(placed.capturing());
  }

  /** Reads the group that {@link #write} has written. */
  public static Placement.@Nullable Group read(FrameReader in) {
    if (!in.flag()) {
      return null;
    }
    var id = new PlacementGroupId(in.int64(), in.int64());
    var name = in.optionalText();
    var strategy = in.choice(PlacementStrategy.values());
    var bundles = in.list(ResourcesCodec::read);
    var request = new PlacementGroupRequest(name, strategy, bundles, false);
    var placed = new Placement.Group(PlacementGroup.of(null, id, request), in.int32(), false);
    return in.flag() ? placed.capturingChildren() : placed;
  }
}
