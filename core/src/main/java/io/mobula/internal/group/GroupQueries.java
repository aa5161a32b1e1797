package io.mobula.internal.group;

import io.mobula.PlacementGroupId;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Questions to the scheduler about single groups: at most one of each group is on its way, and none
 * follows another sooner than {@link #PAUSE}. A question that is asked while another is on its way
 * is sent after it, since that answer may be older than the question. Safe for all threads; nothing
 * blocks.
 */
final class GroupQueries {
  static final Duration PAUSE = Duration.ofMillis(50);

  /** How often whoever waits for a group asks, as the news of it may have been lost. */
  static final Duration REMINDER = Duration.ofSeconds(2);

  private final Function<PlacementGroupId, CompletionStage<?>> question;
  private final Timer timer;
  private final Map<PlacementGroupId, Boolean> present = new HashMap<>(); // whether asked since
  private final Map<PlacementGroupId, Boolean> reminders = new HashMap<>();

  /** Runs something later, on a thread that must not be blocked. */
  @FunctionalInterface
  interface Timer {
    /** After so long, once. */
    void after(Duration delay, Runnable action);
  }

  /**
   * Asks nothing yet.
   *
   * @param question asks the scheduler and sees to its answer; completes when that is done, or when
   *     there is none
   */
  GroupQueries(Function<PlacementGroupId, CompletionStage<?>> question, Timer timer) {
    this.question = question;
    this.timer = timer;
  }

  /** What is known of the group may be old. */
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
    question.apply(id).whenComplete((answer, failure) -> timer.after(PAUSE, () -> mayAskAgain(id)));
  }

  private void mayAskAgain(PlacementGroupId id) {
    synchronized (this) {
      if (!Boolean.TRUE.equals(present.remove(id))) {
        return;
      }
      present.put(id, false);
    }
    send(id);
  }

  /** Somebody waits for news of the group: asks after a while, once. */
  void remind(PlacementGroupId id) {
    synchronized (this) {
      if (reminders.putIfAbsent(id, true) != null) {
        return;
      }
    }
    timer.after(REMINDER, () -> {
      synchronized (this) {
        reminders.remove(id);
      }
      ask(id);
    });
  }
}
