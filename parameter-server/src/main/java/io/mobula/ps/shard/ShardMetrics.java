package io.mobula.ps.shard;

/**
 * What one shard has done for one table since the table was made.
 *
 * @param updates how often weights were changed
 * @param pushes gradients taken in
 * @param repeated gradients that came again and were not applied again
 * @param pulls answers given
 * @param waits pulls that had to wait for slower workers
 * @param keys gradients of rows taken in; 0 for a dense table
 * @param bytesIn bytes of gradients, as they came
 * @param bytesOut bytes of weights read, copied or not
 * @param updateNanos time spent on updates, in nanoseconds
 * @param staleness how many steps who pulled was ahead of the slowest worker, mean over pulls
 * @param mostStaleness the most of that
 * @param waiting pulls that wait now
 * @param workers how many there are now
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

  /** How long an update takes, in nanoseconds; 0 before the first. */
  public double nanosPerUpdate() {
    return updates == 0 ? 0 : (double) updateNanos / updates;
  }
}
