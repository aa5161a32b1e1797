package io.mobula.ps.internal.shard;

import io.mobula.ps.internal.clock.WorkerClock;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Record of a table part that this shard no longer holds in the present layout, which tells which
 * pushes were applied while it did.
 *
 * @param table name of the table
 * @param layout version of the last layout in which the shard held a part
 * @param sequences sequence number of each worker's last push
 */
record RetiredPart(String table, int layout, Map<Long, Long> sequences) {
  static RetiredPart of(ShardTables.TableInstance instance) {
    return new RetiredPart(
        instance.spec().toString(),
        instance.shard().part.layout(),
        instance.shard().workers().clocks().stream()
            .collect(Collectors.toMap(WorkerClock::worker, WorkerClock::sequence)));
  }

  boolean hasTaken(PushOrigin origin) {
    return origin.layout() == layout
        && origin.sequence() <= sequences.getOrDefault(origin.worker(), 0L);
  }
}
