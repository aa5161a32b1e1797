package io.mobula.ps.shard;

import java.io.Serializable;

/** Which of a shard's parameters or rows go into a {@link ShardSnapshot}. */
public sealed interface SnapshotSelection extends Serializable {
  /** All there are. */
  record All() implements SnapshotSelection {
    private static final long serialVersionUID = 1L;
  }

  /**
   * Those that another shard has in another layout.
   *
   * @param to which part of the table that is
   */
  record ForPart(TablePart to) implements SnapshotSelection {
    private static final long serialVersionUID = 1L;
  }
}
