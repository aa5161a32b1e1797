package io.mobula.ps;

import java.io.Serializable;

/**
 * Frequently pushed key of a sparse table.
 *
 * @param key the key
 * @param shard index of the shard that holds its row
 * @param share estimated fraction of all row gradients pushed to the table; rather too low, as
 *     every 251st gradient is counted
 */
public record HotKey(long key, int shard, double share) implements Serializable {
  private static final long serialVersionUID = 1L;
}
