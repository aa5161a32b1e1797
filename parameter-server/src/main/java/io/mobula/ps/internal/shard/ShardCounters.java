package io.mobula.ps.internal.shard;

import io.mobula.ps.ShardMetrics;

/** Counters of one shard for one table. For one thread. */
final class ShardCounters {
  private long pushes;
  private long repeated;
  private long pulls;
  private long waits;
  private long keys;
  private long bytesIn;
  private long bytesOut;
  private long updateNanos;
  private long staleness;
  private long mostStaleness;

  void recordPush(long bytes) {
    pushes++;
    bytesIn += bytes;
  }

  /** Counts gradients of rows that were taken. */
  void keys(long more) {
    keys += more;
  }

  /** Returns the number of row gradients taken so far. */
  long keys() {
    return keys;
  }

  /** Counts a push that was repeated and had been applied before. */
  void recordRepeat() {
    repeated++;
  }

  /** Counts a read by a worker that is that many steps ahead of the slowest one. */
  void recordRead(long ahead) {
    staleness += ahead;
    mostStaleness = Math.max(mostStaleness, ahead);
  }

  /** Counts a reply to a pull. */
  void recordPull(long bytes) {
    pulls++;
    bytesOut += bytes;
  }

  /** Counts a pull that has to wait for slower workers. */
  void recordWait() {
    waits++;
  }

  void recordUpdate(long nanos) {
    updateNanos += nanos;
  }

  ShardMetrics metrics(long updates, int waiting, int workers) {
    return new ShardMetrics(
        updates,
        pushes,
        repeated,
        pulls,
        waits,
        keys,
        bytesIn,
        bytesOut,
        updateNanos,
        pulls == 0 ? 0 : (double) staleness / pulls,
        mostStaleness,
        waiting,
        workers);
  }
}
