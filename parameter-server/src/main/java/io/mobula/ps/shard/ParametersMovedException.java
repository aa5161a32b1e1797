package io.mobula.ps.shard;

/**
 * The shard does not take this in, as the parameters move to other shards or have done so: nothing
 * has happened, and the sender is to ask the {@link CatalogActor} for the layout and send it again.
 */
public final class ParametersMovedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean taken;

  ParametersMovedException(String table, int known, int present) {
    this(table, known, present, false);
  }

  /** As above; the push that came with the request was taken in before, or it had none. */
  ParametersMovedException(String table, int known, int present, boolean taken) {
    super("The parameters of " + table + " are moving or have moved: the sender knows layout "
        + known + ", the shard has " + present + ".");
    this.taken = taken;
  }

  /** Whether the push that came with the request was taken in all the same. */
  public boolean wasTaken() {
    return taken;
  }
}
