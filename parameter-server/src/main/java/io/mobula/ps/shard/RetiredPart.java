package io.mobula.ps.shard;

import io.mobula.ps.clock.WorkerClock;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is left of a part of a table on a shard that has none of it in the present layout: enough to
 * tell which pushes were taken in when it had.
 *
 * @param table what people call it
 * @param layout the last layout in which the shard had a part
 * @param sequences the last push of each worker
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
