package io.mobula.internal.group;

import io.mobula.placement.PlacementGroupId;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Queries to the scheduler about single groups. At most one per group is outstanding, and the next
 * follows after {@link #PAUSE} at the earliest. A query made while another is outstanding is sent
 * after it, since that answer may be older than the query. Thread-safe; nothing blocks.
 */
final class GroupQueries {
  static final Duration PAUSE = Duration.ofMillis(50);

  /** Interval of queries while something waits for a group, as an update may have been lost. */
  static final Duration REMINDER = Duration.ofSeconds(2);

  private final Function<PlacementGroupId, CompletionStage<?>> question;
  private final DelayTimer timer;
  // whether another query was made meanwhile
  private final Map<PlacementGroupId, Boolean> present = new HashMap<>();
  private final Map<PlacementGroupId, Boolean> reminders = new HashMap<>();

  /**
   * Creates the queries; none is outstanding.
   *
   * @param question asks the scheduler and handles its answer; completes when that is done, or when
   *     there is no answer
   */
  GroupQueries(Function<PlacementGroupId, CompletionStage<?>> question, DelayTimer timer) {
    this.question = question;
    this.timer = timer;
  }

  /** Queries the scheduler, as the known status of the group may be out of date. */
  void ask(PlacementGroupId id) {
    synchronized (this) {
      if (present.containsKey(id)) {
        present.put(id, true);
        return;
      }
      present.put(id, false);
    }
    send(id);
  }

  private void send(PlacementGroupId id) {
    question
        .apply(id)
        .whenComplete((answer, failure) -> timer.after(PAUSE, () -> askAgainIfWanted(id)));
  }

  private void askAgainIfWanted(PlacementGroupId id) {
    synchronized (this) {
      if (!Boolean.TRUE.equals(present.remove(id))) {
        return;
      }
      present.put(id, false);
    }
    send(id);
  }

  /** Queries the scheduler once after a while, as something waits for the group. */
  void remind(PlacementGroupId id) {
    synchronized (this) {
      if (reminders.putIfAbsent(id, true) != null) {
        return;
      }
    }
    var _ = timer.after(REMINDER, () -> {
      synchronized (this) {
        reminders.remove(id);
      }
      ask(id);
    });
  }
}
