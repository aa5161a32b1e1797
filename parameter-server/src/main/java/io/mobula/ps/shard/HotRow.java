package io.mobula.ps.shard;

import java.io.Serializable;

/**
 * A row of a shard that many gradients are pushed for.
 *
 * @param key its key
 * @param count how many came for it, about
 */
public record HotRow(long key, double count) implements Serializable {
  private static final long serialVersionUID = 1L;
}
