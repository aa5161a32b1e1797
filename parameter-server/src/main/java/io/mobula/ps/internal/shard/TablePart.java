package io.mobula.ps.internal.shard;

import java.io.Serializable;

/**
 * Identity of the part of a table that a shard holds.
 *
 * @param layout version of the layout
 * @param index position of the shard in the layout, from 0
 * @param shards number of shards in the layout
 */
public record TablePart(int layout, int index, int shards) implements Serializable {
  private static final long serialVersionUID = 1L;
}
