package io.mobula.ps.shard;

/** What one shard has done for one table, counted. One thread. */
final class Traffic {
  private long pushes;
  private long repeated;
  private long pulls;
  private long waits;
  private long bytesIn;
  private long bytesOut;
  private long updateNanos;
  private long staleness;
  private long mostStaleness;

  void pushed(long bytes) {
    pushes++;
    bytesIn += bytes;
  }

  /** A push came again that was applied before. */
  void repeated() {
    repeated++;
  }

  /** Somebody was answered that was so many steps ahead of the slowest. */
  void pulled(long bytes, long ahead) {
    pulls++;
    bytesOut += bytes;
    staleness += ahead;
    mostStaleness = Math.max(mostStaleness, ahead);
  }

  /** A pull had to wait for slower workers. */
  void waited() {
    waits++;
  }

  void updated(long nanos) {
    updateNanos += nanos;
  }

  ShardMetrics metrics(long updates, int waiting, int workers) {
    return new ShardMetrics(
        updates,
        pushes,
        repeated,
        pulls,
        waits,
        bytesIn,
        bytesOut,
        updateNanos,
        pulls == 0 ? 0 : (double) staleness / pulls,
        mostStaleness,
        waiting,
        workers);
  }
}
