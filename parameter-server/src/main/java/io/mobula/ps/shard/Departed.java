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
record Departed(String table, int layout, Map<Long, Long> sequences) {
  static Departed of(Tables.Held held) {
    return new Departed(
        held.spec().toString(),
        held.shard().part.layout(),
        held.shard().clocks().clocks().stream()
            .collect(Collectors.toMap(WorkerClock::worker, WorkerClock::sequence)));
  }

  boolean took(Sender sender) {
    return sender.layout() == layout
        && sender.sequence() <= sequences.getOrDefault(sender.worker(), 0L);
  }
}
