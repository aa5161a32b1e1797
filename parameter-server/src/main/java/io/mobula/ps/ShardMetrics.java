package io.mobula.ps;

/**
 * Counters of one shard for one table, since the table was created.
 *
 * @param updates number of updates applied to the weights
 * @param pushes number of gradients taken
 * @param repeated number of repeated gradients, which were not applied again
 * @param pulls number of replies to pulls
 * @param waits number of pulls that had to wait for slower workers
 * @param keys number of row gradients taken; 0 for a dense table
 * @param bytesIn bytes of gradients, as received
 * @param bytesOut bytes of weights read, copied or not
 * @param updateNanos time spent on updates, in nanoseconds
 * @param staleness steps by which a pulling worker was ahead of the slowest one, mean over pulls
 * @param mostStaleness maximum of those steps
 * @param waiting number of pulls that wait at present
 * @param workers number of workers at present
 */
public record ShardMetrics(
    long updates,
    long pushes,
    long repeated,
    long pulls,
    long waits,
    long keys,
    long bytesIn,
    long bytesOut,
    long updateNanos,
    double staleness,
    long mostStaleness,
    int waiting,
    int workers) {

  /** Returns the mean duration of an update in nanoseconds; 0 before the first. */
  public double nanosPerUpdate() {
    return updates == 0 ? 0 : (double) updateNanos / updates;
  }
}
