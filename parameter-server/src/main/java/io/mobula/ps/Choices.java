package io.mobula.ps;

import io.mobula.Placement;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is chosen before a server starts.
 *
 * @param shards how many actors the parameters are split over
 * @param replicas how many copies of each there are besides it
 * @param placement where shards should live
 * @param checkpoints the directory of checkpoints; null for none
 * @param every how often one is written; null if only when asked for
 * @param keep how many are to stay
 */
record Choices(
    int shards,
    int replicas,
    Placement placement,
    @Nullable Path checkpoints,
    @Nullable Duration every,
    int keep) {
  /** Two shards, spread over the nodes, of which nothing is kept. */
  static final Choices DEFAULT = new Choices(2, 0, Placement.spread(), null, null, 2);

  /** Whether a shard that dies can be made again. */
  boolean recovers() {
    return replicas > 0 || checkpoints != null;
  }

  Choices shards(int count) {
    return new Choices(count, replicas, placement, checkpoints, every, keep);
  }

  Choices replicas(int count) {
    return new Choices(shards, count, placement, checkpoints, every, keep);
  }

  Choices placement(Placement where) {
    return new Choices(shards, replicas, where, checkpoints, every, keep);
  }

  Choices checkpoints(Path directory) {
    return new Choices(shards, replicas, placement, directory, every, keep);
  }

  Choices every(Duration interval) {
    return new Choices(shards, replicas, placement, checkpoints, interval, keep);
  }

  Choices keep(int count) {
    return new Choices(shards, replicas, placement, checkpoints, every, count);
  }
}
