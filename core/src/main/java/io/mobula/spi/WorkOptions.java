package io.mobula.spi;

import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Options that tasks and actors share. A value; {@link io.mobula.CallBuilder} has the methods that
 * set them.
 *
 * @param resources resources held while the work runs, for an actor its whole life; null for an
 *     actor that requests none: one CPU to be placed, none to run
 * @param placement where the work runs
 * @param name name that the program gave the work, or null
 */
public record WorkOptions(
    @Nullable Resources resources,
    Placement placement,
    @Nullable String name) {

  /** Refuses a missing placement, and a name of more than a thousand characters. */
  public WorkOptions {
    Objects.requireNonNull(placement, "placement");
    NameLimit.require("a task or an actor", name);
  }

  /** Returns these options with other resources. */
  public WorkOptions with(Resources changed) {
    return new WorkOptions(changed, placement, name);
  }

  /** Returns these options with another placement. */
  public WorkOptions with(Placement changed) {
    return new WorkOptions(resources, changed, name);
  }

  /** Returns these options with another name. */
  public WorkOptions named(String changed) {
    return new WorkOptions(resources, placement, Objects.requireNonNull(changed, "name"));
  }
}
