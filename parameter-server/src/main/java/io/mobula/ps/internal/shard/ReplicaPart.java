package io.mobula.ps.internal.shard;

import java.io.Serializable;

/**
 * Part of a table that a replica holds.
 *
 * @param table specification of the table
 * @param part the part
 * @param prepared whether the part is for a layout that is not valid yet
 */
public record ReplicaPart(TableSpec table, TablePart part, boolean prepared)
    implements Serializable {
  private static final long serialVersionUID = 1L;
}
