package io.mobula.ps.shard;

import java.io.Serializable;

/**
 * A part of a table that a standby has.
 *
 * @param table what the table is
 * @param part which part
 * @param later whether it is for a layout that is not valid yet
 */
public record Copy(TableSpec table, Part part, boolean later) implements Serializable {
  private static final long serialVersionUID = 1L;
}
