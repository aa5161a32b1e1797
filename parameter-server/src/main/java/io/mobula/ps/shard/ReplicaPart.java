package io.mobula.ps.shard;

import java.io.Serializable;

/**
 * A part of a table that a standby has.
 *
 * @param table what the table is
 * @param part which part
 * @param prepared whether it is for a layout that is not valid yet
 */
public record ReplicaPart(TableSpec table, TablePart part, boolean prepared)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
