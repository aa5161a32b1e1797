package io.mobula.internal.task;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.NodeLostException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.SubmissionRejectedException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.call.ArgumentsNotFetchedException;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.call.ResultNotStoredException;
import io.mobula.internal.call.UnreadableCallException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.store.ObjectFailure;

/** Failures of tasks, with what their messages say. */
final class TaskFailures {
  private TaskFailures() {}

  /** Returns the failure of a task whose placement is not valid. */
  static ObjectFailure unplaced(String task, Throwable refused) {
    return new ObjectFailure(() -> refused instanceof MobulaException known
        ? known
        : new InvalidRequestException(
            task + " cannot be placed: " + CapturedThrowable.textOf(refused)));
  }

  /** Returns the failure of a task whose body has thrown. */
  static ObjectFailure thrown(String task, int attempt, CapturedThrowable cause) {
    return new ObjectFailure(() -> new TaskFailedException(
        task + " failed on attempt " + attempt + ": " + cause.text(), cause.exception()));
  }

  /** Returns the failure of a task with a lost argument. */
  static ObjectFailure argumentLost(TaskSpec task, LostArgumentException lost) {
    return new ObjectFailure(() -> lost.neededBy(task.describe()));
  }

  /** Returns the failure of a task for whose arguments there is no memory. */
  static ObjectFailure argumentsNotFetched(TaskSpec task, ArgumentsNotFetchedException why) {
    return new ObjectFailure(() -> why.toException(task.describe()));
  }

  /** Returns the failure of a task whose function or argument cannot be decoded on a node. */
  static ObjectFailure unreadable(TaskSpec task, NodeId node, UnreadableCallException why) {
    return new ObjectFailure(() -> why.toException(task.describe(), node));
  }

  /** Returns the failure of a task whose result cannot be stored. */
  static ObjectFailure notStored(TaskSpec task, ResultNotStoredException why) {
    return new ObjectFailure(() -> why.toException(task.describe()));
  }

  /** Returns the failure of a task whose outcome cannot be published. */
  static ObjectFailure unpublished(String task, Throwable broken) {
    return new ObjectFailure(() -> new TaskFailedException(
        task + " cannot give its result: " + CapturedThrowable.textOf(broken), broken));
  }

  /**
   * Returns the failure of a task whose last attempt was lost with its node.
   *
   * @param how how the node was lost
   * @param maxRetries how many retries the task had
   * @param history what became of its attempts
   */
  static ObjectFailure lost(
      String task, String node, String how, int attempt, int maxRetries, String history) {
    return new ObjectFailure(() -> new NodeLostException(
        task + " was running on " + node + ", which was lost (" + how + "), on attempt " + attempt
            + " of " + (maxRetries + 1L)
            + ". If it may run more than once, allow more with maxRetries. What became of it: "
            + history + "."));
  }

  /** Returns the failure of a task with an argument that cannot be sent to another node. */
  static ObjectFailure notSent(String task, Throwable why) {
    return new ObjectFailure(() -> new CodecException(
        task + " cannot be sent to another node: " + CapturedThrowable.textOf(why), why));
  }

  /** Returns the failure of a task, or of its results, that cannot be read on a node. */
  static ObjectFailure unreadable(ObjectId task, NodeId node, Throwable why) {
    return new ObjectFailure(() -> new CodecException(
        "Task " + task + " cannot be read on node " + node + ": " + CapturedThrowable.textOf(why),
        why));
  }

  /** Returns the failure of a task whose results cannot be sent to its submitter. */
  static ObjectFailure notReturned(ObjectId task, NodeId from, NodeId to, Throwable why) {
    return new ObjectFailure(() -> new CodecException(
        "The results of task " + task + " cannot be sent from node " + from + " to node " + to
            + ": " + CapturedThrowable.textOf(why),
        why));
  }

  /** Returns the exception of a task that was cancelled. */
  static TaskCancelledException cancelled(String task) {
    return new TaskCancelledException(task + " was cancelled.", null);
  }

  /** Returns the exception of a task whose submitter was cancelled. */
  static TaskCancelledException startedByCancelled(String starter) {
    return new TaskCancelledException(
        starter + " was cancelled and may start no more tasks.", null);
  }

  /** Returns the exception of a task whose submission ran out of stack or heap. */
  static SubmissionRejectedException notStarted(String task) {
    return new SubmissionRejectedException(
        task + " was not started: the stack or the heap of the submitting thread was full.");
  }

  /** Returns the exception of a task whose node closes. */
  static RuntimeClosedException closed(NodeId node) {
    return new RuntimeClosedException(
        "The runtime of node " + node + " was closed before the task had a result.");
  }
}
