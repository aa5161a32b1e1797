package io.mobula.internal.placement;

import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.placement.Resources;
import java.util.Map;

/** Codec of resources inside frames: amounts by resource name. */
public final class ResourcesCodec {

  /** Upper bound of resources in a request or a node, accelerators and memory included. */
  private static final int MAX_RESOURCES = 1_100;

  private ResourcesCodec() {}

  /** Writes amounts by resource name. */
  public static void write(FrameWriter out, Resources wanted) {
    out.list(
        wanted.asUnits().entrySet(),
        (to, entry) -> to.text(entry.getKey()).int64(entry.getValue()));
  }

  /**
   * Reads amounts by resource name.
   *
   * @throws CodecException if there are more resources than any request has, or if an amount is
   *     negative: a ledger that granted it would have more than its total
   */
  public static Resources read(FrameReader frame) {
    var amounts = frame.list(in -> Map.entry(in.text(), in.int64()));
    if (amounts.size() > MAX_RESOURCES) {
      throw new CodecException("A frame has " + amounts.size() + " resources at once.", null);
    }
    var wanted = Resources.none();
    for (var amount : amounts) {
      if (amount.getValue() < 0) {
        throw new CodecException("A frame has an amount below zero: " + amount + ".", null);
      }
      wanted = wanted.withUnits(amount.getKey(), amount.getValue());
    }
    return wanted;
  }
}
