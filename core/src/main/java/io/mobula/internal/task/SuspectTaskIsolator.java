package io.mobula.internal.task;

import io.mobula.NodeId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps a task that kills its process from using up the retries of its neighbours. A task that was
 * running when a process died is a suspect: it, or one of those beside it, may be why. When a
 * suspect runs again it is on probation until it ends, waits inside, or has run for as long as
 * {@code mobula.tasks.probation}. A suspect on its last attempt shares no process with another
 * suspect on probation; suspects that may run again after that share processes with each other, so
 * that the work of a lost machine is not done one by one. So a task dies beside a killer as often
 * as it meets one for the first time, and not a second time beside the same.
 *
 * <p>Of the tasks of one submitter. Safe for all threads; nothing blocks.
 */
final class SuspectTaskIsolator {
  static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

  /** How many try again at a time, beside those for which a place has become free. */
  private static final int MOST_TRIES = 16;

  private final TaskEngine engine;
  private final Duration length;
  private final Map<TaskRun, Probation> probations = new HashMap<>();
  private final Map<NodeId, ProbationCount> counts = new HashMap<>();
  private final Deque<TaskRun> waiting = new ArrayDeque<>();
  private boolean watched;

  /** One attempt of a suspect; known by identity. */
  private static final class Probation {
    final NodeId node;
    final boolean last;
    Runnable cancelEnd = () -> {};

    Probation(NodeId node, boolean last) {
      this.node = node;
      this.last = last;
    }
  }

  /**
   * Suspects on probation in one process.
   *
   * @param all how many
   * @param last how many of these are on their last attempt
   */
  private record ProbationCount(int all, int last) {
    static final ProbationCount NONE = new ProbationCount(0, 0);

    ProbationCount plus(int change, boolean isLast) {
      return new ProbationCount(all + change, last + (isLast ? change : 0));
    }
  }

  SuspectTaskIsolator(TaskEngine engine, Duration length) {
    this.engine = engine;
    this.length = length;
  }

  /**
   * Whether the task may begin an attempt in that process now. If not, it goes back to its queue
   * later by itself.
   */
  boolean admit(TaskRun run, NodeId node) {
    if (!run.isSuspect()) {
      return true;
    }
    var probation = new Probation(node, run.isOnLastAttempt());
    boolean watch;
    synchronized (this) {
      var count = counts.getOrDefault(node, ProbationCount.NONE);
      boolean isAdmitted = probation.last ? count.all() == 0 : count.last() == 0;
      if (isAdmitted) {
        probations.put(run, probation);
        counts.put(node, count.plus(1, probation.last));
        probation.cancelEnd = engine.after(length, () -> endProbation(run, probation));
        return true;
      }
      run.waitsForSuspects();
      waiting.addLast(run);
      watch = !watched;
      watched = true;
    }
    if (watch) {
      engine.after(RETRY_INTERVAL, this::lookAgain);
    }
    return false;
  }

  /** The attempt has ended, or goes on where it can do no harm to others. */
  void endProbation(TaskRun run) {
    Probation present;
    synchronized (this) {
      present = probations.get(run);
    }
    if (present != null) {
      endProbation(run, present);
    }
  }

  private void endProbation(TaskRun run, Probation probation) {
    TaskRun next;
    synchronized (this) {
      if (!probations.remove(run, probation)) {
        return;
      }
      probation.cancelEnd.run();
      counts.computeIfPresent(probation.node, (node, count) -> {
        var fewer = count.plus(-1, probation.last);
        return fewer.all() == 0 ? null : fewer;
      });
      next = waiting.pollFirst();
    }
    if (next != null) {
      next.requeue();
    }
  }

  /** Those that wait may have been refused in one process while another has become free. */
  private void lookAgain() {
    var tries = new ArrayList<TaskRun>();
    synchronized (this) {
      for (int i = 0; i < MOST_TRIES && !waiting.isEmpty(); i++) {
        tries.add(waiting.removeFirst());
      }
      watched = !tries.isEmpty();
    }
    if (!tries.isEmpty()) {
      engine.after(RETRY_INTERVAL, this::lookAgain);
      tries.forEach(TaskRun::requeue);
    }
  }
}
