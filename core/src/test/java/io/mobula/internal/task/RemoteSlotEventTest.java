package io.mobula.internal.task;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Test of the transitions of a remote slot: walks every event in every state. */
class RemoteSlotEventTest {
  /** The whole table: a row for each state, and a column for each event; a dot changes nothing. */
  private static final String TABLE = """
      state                BLOCK                RESUME   RECALL               END
      OPEN                 BLOCKED              .        RECALLED             ENDED
      BLOCKED              .                    OPEN     RECALLED_AND_BLOCKED ENDED
      RECALLED             RECALLED_AND_BLOCKED .        .                    ENDED
      RECALLED_AND_BLOCKED .                    RECALLED .                    ENDED
      ENDED                .                    .        .                    .
      """;

  @Test
  void eachEventLeadsWhereTheTableSays() {
    var lines = TABLE.lines().map(line -> List.of(line.split(" +"))).toList();
    var columns = lines.getFirst();
    assertThat(columns.subList(1, columns.size()))
        .isEqualTo(Arrays.stream(RemoteSlotEvent.values()).map(Enum::name).toList());
    Map<RemoteSlotState, List<String>> rows = new HashMap<>();
    lines.stream().skip(1).forEach(row -> rows.put(RemoteSlotState.valueOf(row.getFirst()), row));
    for (var state : RemoteSlotState.values()) {
      for (var event : RemoteSlotEvent.values()) {
        var next = event.after(state);
        assertThat(next == null ? "." : next.name())
            .as("%s in state %s", event, state)
            .isEqualTo(rows.get(state).get(1 + event.ordinal()));
      }
    }
  }

  /** The queue counts a slot down when it is blocked, and up again when it goes on. */
  @Test
  void blockingAndResumingAlwaysChangeWhetherASlotCountsAndRecallingNever() {
    for (var state : RemoteSlotState.values()) {
      var blocked = RemoteSlotEvent.BLOCK.after(state);
      assertThat(blocked != null).as("%s can block", state).isEqualTo(state.isCounted());
      if (blocked != null) {
        assertThat(blocked.isCounted()).isFalse();
        assertThat(RemoteSlotEvent.RESUME.after(blocked)).isEqualTo(state);
      }
      var recalled = RemoteSlotEvent.RECALL.after(state);
      if (recalled != null) {
        assertThat(recalled.isCounted()).isEqualTo(state.isCounted());
        assertThat(recalled.isRecalled()).isTrue();
      }
    }
  }
}
