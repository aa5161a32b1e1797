package io.mobula.ps.internal.shard;

import java.io.Serializable;

/** Selection of the parameters or rows of a shard that go into a {@link ShardSnapshot}. */
public sealed interface SnapshotSelection extends Serializable {
  /** Selection of everything the shard holds. */
  record All() implements SnapshotSelection {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Selection of what another shard holds in another layout.
   *
   * @param to the part that the other shard holds
   */
  record ForPart(TablePart to) implements SnapshotSelection {
    private static final long serialVersionUID = 1L;
  }
}
