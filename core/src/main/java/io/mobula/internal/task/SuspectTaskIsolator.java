package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.DelayTimer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * Isolator of suspect tasks: keeps a task that kills its process from using up the retries of tasks
 * beside it. A task that was running when a process died is a suspect, since it may be the cause. A
 * suspect that runs again is on probation until it ends, waits, or has run for
 * {@code mobula.tasks.probation}. A suspect on its last attempt shares no process with another
 * suspect on probation. Suspects with attempts left may share processes, so that the work of a lost
 * machine does not run one task at a time. So a task loses at most one attempt to each killer.
 *
 * <p>One isolator serves the tasks of one submitter. Thread-safe; nothing blocks.
 */
final class SuspectTaskIsolator {
  static final Duration RETRY_INTERVAL = Duration.ofMillis(100);

  /**
   * Number of waiting suspects that retry per interval, besides those that are admitted when a
   * process becomes free.
   */
  private static final int MAX_TRIES = 16;

  private final DelayTimer timer;
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
   * Number of suspects on probation in one process.
   *
   * @param all how many
   * @param last how many of them are on their last attempt
   */
  private record ProbationCount(int all, int last) {
    static final ProbationCount NONE = new ProbationCount(0, 0);

    ProbationCount plus(int change, boolean isLast) {
      return new ProbationCount(all + change, last + (isLast ? change : 0));
    }
  }

  SuspectTaskIsolator(DelayTimer timer, Duration length) {
    this.timer = timer;
    this.length = length;
  }

  /**
   * Returns whether the task may begin an attempt in that process now. If not, it returns to its
   * queue later.
   */
  boolean admit(TaskRun run, NodeId node) {
    if (!run.progress().hasLost()) {
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
        probation.cancelEnd = timer.after(length, () -> endProbation(run, probation));
        return true;
      }
      noteWait(run.progress());
      waiting.addLast(run);
      watch = !watched;
      watched = true;
    }
    if (watch) {
      timer.after(RETRY_INTERVAL, this::lookAgain);
    }
    return false;
  }

  /** Notes that the task waits outside its queue, as it cannot run beside other suspects. */
  private static void noteWait(TaskProgress progress) {
    progress.waitFor(
        TaskEvent.ISOLATE,
        "a process in which no other task runs that was running when a process died ("
            + progress.describeLost() + ")",
        () -> WaitStep.end("it tries again every " + RETRY_INTERVAL, WaitCause.TIMER));
  }

  /** Ends the task's probation: its attempt has ended, or can no longer harm others. */
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

  /** Requeues some waiting suspects: another process may have become free. */
  private void lookAgain() {
    var tries = new ArrayList<TaskRun>();
    synchronized (this) {
      for (int i = 0; i < MAX_TRIES && !waiting.isEmpty(); i++) {
        tries.add(waiting.removeFirst());
      }
      watched = !tries.isEmpty();
    }
    if (!tries.isEmpty()) {
      timer.after(RETRY_INTERVAL, this::lookAgain);
      tries.forEach(TaskRun::requeue);
    }
  }
}
