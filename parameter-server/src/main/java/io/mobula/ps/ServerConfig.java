package io.mobula.ps;

import io.mobula.placement.Placement;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Configuration of a server, fixed when it starts.
 *
 * @param shards number of shard actors
 * @param replicas number of replicas of each shard
 * @param placement placement of the shard actors
 * @param checkpoints directory of checkpoints; null for none
 * @param checkpointInterval interval between periodic checkpoints; null for none
 * @param retainedCheckpoints number of checkpoints retained for each table
 */
record ServerConfig(
    int shards,
    int replicas,
    Placement placement,
    @Nullable Path checkpoints,
    @Nullable Duration checkpointInterval,
    int retainedCheckpoints) {
  /** Default configuration: two shards spread over the nodes, no replicas, no checkpoints. */
  static final ServerConfig DEFAULT = new ServerConfig(2, 0, Placement.spread(), null, null, 2);

  /** Returns whether a shard that dies can be restarted with its data. */
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
