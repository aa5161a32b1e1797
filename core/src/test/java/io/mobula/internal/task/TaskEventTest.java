package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Test of the transitions of a task: walks every event in every state. */
class TaskEventTest {
  /** The whole table: a row for each state, and a column for each event; a dot is a refusal. */
  private static final String TABLE = """
      state        LOCATE   ENQUEUE ISOLATE  SEND TAKE_BACK BEGIN   STAGE  END_ATTEMPT BACK_OFF    SETTLE
      BOUND        LOCATING QUEUED  .        .    .         .       .      .           .           DONE
      LOCATING     .        QUEUED  .        .    .         .       .      .           .           DONE
      QUEUED       .        .       ISOLATED SENT .         RUNNING .      .           .           DONE
      ISOLATED     .        QUEUED  .        .    .         .       .      .           .           DONE
      SENT         .        .       .        .    QUEUED    .       .      UNDECIDED   .           DONE
      RUNNING      .        .       .        .    .         .       STAGED UNDECIDED   .           DONE
      STAGED       .        .       .        .    .         .       .      UNDECIDED   .           DONE
      UNDECIDED    LOCATING QUEUED  .        .    .         .       .      UNDECIDED   BACKING_OFF DONE
      BACKING_OFF  LOCATING QUEUED  .        .    .         .       .      .           .           DONE
      DONE         .        .       .        .    .         .       .      .           .           .
      """;

  @Test
  void eachEventLeadsWhereTheTableSaysAndIsRefusedElsewhere() {
    var lines = TABLE.lines().map(line -> List.of(line.split(" +"))).toList();
    var columns = lines.getFirst();
    assertThat(columns.subList(1, columns.size()))
        .isEqualTo(Arrays.stream(TaskEvent.values()).map(Enum::name).toList());
    Map<TaskState, List<String>> rows = new HashMap<>();
    lines.stream().skip(1).forEach(row -> rows.put(TaskState.valueOf(row.getFirst()), row));
    for (var state : TaskState.values()) {
      for (var event : TaskEvent.values()) {
        var next = event.after(state);
        assertThat(next == null ? "." : next.name())
            .as("%s in state %s", event, state)
            .isEqualTo(rows.get(state).get(1 + event.ordinal()));
      }
    }
  }

  @Test
  void aTaskCanGetToEachStateAndFromEachToItsOutcome() {
    var reached = EnumSet.of(TaskState.BOUND);
    var next = new ArrayDeque<>(reached);
    while (!next.isEmpty()) {
      var state = next.remove();
      for (var event : TaskEvent.values()) {
        var after = event.after(state);
        if (after != null && reached.add(after)) {
          next.add(after);
        }
      }
    }
    assertThat(reached).containsExactlyInAnyOrder(TaskState.values());
    for (var state : TaskState.values()) {
      assertThat(TaskEvent.SETTLE.after(state) == null)
          .as("whether %s refuses an outcome", state)
          .isEqualTo(state == TaskState.DONE);
    }
  }
}
