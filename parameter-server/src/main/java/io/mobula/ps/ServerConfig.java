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
 * @param checkpointInterval how often one is written; null if only when asked for
 * @param retainedCheckpoints how many are to stay
 */
record ServerConfig(
    int shards,
    int replicas,
    Placement placement,
    @Nullable Path checkpoints,
    @Nullable Duration checkpointInterval,
    int retainedCheckpoints) {
  /** Two shards, spread over the nodes, of which nothing is kept. */
  static final ServerConfig DEFAULT = new ServerConfig(2, 0, Placement.spread(), null, null, 2);

  /** Whether a shard that dies can be made again. */
  boolean recovers() {
    return replicas > 0 || checkpoints != null;
  }

  ServerConfig shards(int count) {
    return new ServerConfig(
        count, replicas, placement, checkpoints, checkpointInterval, retainedCheckpoints);
  }

  ServerConfig replicas(int count) {
    return new ServerConfig(
        shards, count, placement, checkpoints, checkpointInterval, retainedCheckpoints);
  }

  ServerConfig placement(Placement where) {
    return new ServerConfig(
        shards, replicas, where, checkpoints, checkpointInterval, retainedCheckpoints);
  }

  ServerConfig checkpoints(Path directory) {
    return new ServerConfig(
        shards, replicas, placement, directory, checkpointInterval, retainedCheckpoints);
  }

  ServerConfig checkpointInterval(Duration interval) {
    return new ServerConfig(
        shards, replicas, placement, checkpoints, interval, retainedCheckpoints);
  }

  ServerConfig retainedCheckpoints(int count) {
    return new ServerConfig(shards, replicas, placement, checkpoints, checkpointInterval, count);
  }
}
