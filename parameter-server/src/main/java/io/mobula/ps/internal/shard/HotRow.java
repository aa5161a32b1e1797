package io.mobula.ps.internal.shard;

import java.io.Serializable;

/**
 * Frequently pushed row of a shard.
 *
 * @param key key of the row
 * @param count estimated number of gradients for it
 */
public record HotRow(long key, double count) implements Serializable {
  private static final long serialVersionUID = 1L;
}
