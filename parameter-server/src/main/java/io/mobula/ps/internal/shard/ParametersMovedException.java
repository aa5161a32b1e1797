package io.mobula.ps.internal.shard;

/**
 * Refusal of a request because the parameters have moved to other shards or are about to. The
 * request had no effect, except for a push that {@link #wasTaken} reports; the sender asks the
 * {@link CatalogActor} for the layout and sends the rest of the request again.
 */
public final class ParametersMovedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean taken;

  ParametersMovedException(String table, int known, int present) {
    this(table, known, present, false);
  }

  /**
   * Creates a refusal; {@code taken} says that the request's push was applied before, or that it
   * had none.
   */
  ParametersMovedException(String table, int known, int present, boolean taken) {
    super("The parameters of " + table + " are moving or have moved: the sender knows layout "
        + known + ", the shard has " + present + ".");
    this.taken = taken;
  }

  /** Returns whether the push that came with the request was applied nevertheless. */
  public boolean wasTaken() {
    return taken;
  }
}
