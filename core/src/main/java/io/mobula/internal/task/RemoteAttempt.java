package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a task in a slot of another node, as its submitter knows it. It decides what
 * follows from what the other node tells. What is told after its end has no effect. Thread-safe.
 */
final class RemoteAttempt {
  private final TaskRun task;
  private final RemoteRunner runner;
  private final long sentAt = System.nanoTime();

  /** Runner of attempts on another node. */
  interface RemoteRunner {
    /** Returns the process that runs the attempt. */
    NodeId node();

    /** Returns whether an outcome of the attempt is still expected. */
    boolean has(RemoteAttempt attempt);

    /** Cancels the attempt; its outcome is no longer wanted. */
    void cancel(RemoteAttempt attempt, boolean recursive);
  }

  /** Describes an attempt that is about to begin. */
  RemoteAttempt(TaskRun task, RemoteRunner runner) {
    this.task = task;
    this.runner = runner;
  }

  /** Begins an attempt on another node; returns null if the task is not to run any more. */
  static @Nullable RemoteAttempt begin(TaskRun task, RemoteRunner runner) {
    var attempt = new RemoteAttempt(task, runner);
    return task.progress().send(attempt) ? attempt : null;
  }

  TaskRun task() {
    return task;
  }

  /** Returns the process that runs the attempt. */
  NodeId node() {
    return runner.node();
  }

  /** Returns when the attempt began, by {@link System#nanoTime()}. */
  long sentAt() {
    return sentAt;
  }

  /** Returns whether the runner still expects an outcome. */
  boolean isExpected() {
    return runner.has(this);
  }

  /** Cancels the attempt on the other node. */
  void cancel(boolean recursive) {
    runner.cancel(this, recursive);
  }

  /**
   * Notes that the task was sent. If its cancellation was sent before the task, the other node did
   * not know the task then: the cancellation is sent again.
   */
  void sent() {
    var progress = task.progress();
    if (progress.isUnwantedAt(this)) {
      cancel(progress.isRecursivelyCancelled());
    }
  }

  /**
   * Takes the task back from a node that did not begin it; the attempt does not count. Returns
   * whether the task is still wanted, so that it goes back to its queue.
   */
  boolean returned() {
    return end(TaskEvent.TAKE_BACK, 1);
  }

  /** Takes the task back from a node that did not begin it because an argument must be located. */
  void returned(ObjectId absent) {
    if (end(TaskEvent.END_ATTEMPT, 1)) {
      task.searchAgain(absent);
    }
  }

  /** Takes one more element of a stream. */
  void arrived(int index, ObjectContent content) {
    var stream = task.progress().isAt(this) ? task.sink().stream() : null;
    if (stream != null) {
      stream.arrived(index, content);
    } else {
      content.discard();
    }
  }

  /** Takes the results that the other node has made. */
  void arrived(List<ObjectContent> contents) {
    if (end(TaskEvent.END_ATTEMPT, 0)) {
      task.publish(task.sink().prepareReceived(contents));
    } else {
      contents.forEach(ObjectContent::discard);
    }
  }

  /** Handles the failure of the attempt. */
  void failed(ObjectFailure failure) {
    if (!end(TaskEvent.END_ATTEMPT, 0)) {
      return;
    }
    boolean retriable = failure.is(TaskFailedException.class)
        && task.retries().retryOn().stream().anyMatch(failure::isCausedBy);
    if (!retriable || !task.retryAfter(failure)) {
      task.fail(failure);
    }
  }

  /** Handles the loss of the node that runs the attempt. */
  void lost(String node, String how) {
    if (!end(TaskEvent.END_ATTEMPT, 0)) {
      return;
    }
    var progress = task.progress();
    progress.noteLoss(this, node, how);
    if (progress.isCancelled()) {
      task.cancelAlone();
    } else if (!task.retryAfterLoss(node, how)) {
      task.fail(TaskFailures.lost(
          task.describe(),
          node,
          how,
          progress.attempts(),
          task.retries().maxRetries(),
          progress.describeLost()));
    }
  }

  /**
   * Ends the attempt; returns false if it had ended before, or the task has its outcome.
   *
   * @param uncounted 1 if the attempt does not count, else 0
   */
  private boolean end(TaskEvent event, int uncounted) {
    var progress = task.progress();
    if (!progress.endRemote(this, event, uncounted)) {
      return false;
    }
    if (progress.hasLost()) {
      task.services().suspects().endProbation(task);
    }
    return !progress.isDone();
  }
}
