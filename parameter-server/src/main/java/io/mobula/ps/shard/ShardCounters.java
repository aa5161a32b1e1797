package io.mobula.ps.shard;

/** What one shard has done for one table, counted. One thread. */
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

  /** So many gradients of rows came. */
  void keys(long more) {
    keys += more;
  }

  /** How many came. */
  long keys() {
    return keys;
  }

  /** A push came again that was applied before. */
  void recordRepeat() {
    repeated++;
  }

  /** Somebody may read who is so many steps ahead of the slowest. */
  void recordRead(long ahead) {
    staleness += ahead;
    mostStaleness = Math.max(mostStaleness, ahead);
  }

  /** Somebody was answered. */
  void recordPull(long bytes) {
    pulls++;
    bytesOut += bytes;
  }

  /** A pull had to wait for slower workers. */
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
