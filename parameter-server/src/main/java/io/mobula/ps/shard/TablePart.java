package io.mobula.ps.shard;

import java.io.Serializable;

/**
 * Which part of a table a shard has.
 *
 * @param layout the version of the layout
 * @param index the shard's place in it, from 0
 * @param shards how many there are
 */
public record TablePart(int layout, int index, int shards) implements Serializable {
  private static final long serialVersionUID = 1L;
}
