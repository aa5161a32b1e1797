package io.mobula.ps;

import java.io.Serializable;

/**
 * A key of a sparse table that many gradients are pushed for.
 *
 * @param key which
 * @param shard where its row is
 * @param share of all gradients of rows that were pushed to the table: rather too little, as every
 *     251st is counted
 */
public record HotKey(long key, int shard, double share) implements Serializable {
  private static final long serialVersionUID = 1L;
}
