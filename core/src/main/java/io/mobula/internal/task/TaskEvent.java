package io.mobula.internal.task;

import static io.mobula.internal.task.TaskState.BACKING_OFF;
import static io.mobula.internal.task.TaskState.BOUND;
import static io.mobula.internal.task.TaskState.DONE;
import static io.mobula.internal.task.TaskState.ISOLATED;
import static io.mobula.internal.task.TaskState.LOCATING;
import static io.mobula.internal.task.TaskState.QUEUED;
import static io.mobula.internal.task.TaskState.RUNNING;
import static io.mobula.internal.task.TaskState.SENT;
import static io.mobula.internal.task.TaskState.STAGED;
import static io.mobula.internal.task.TaskState.UNDECIDED;

import org.jspecify.annotations.Nullable;

/**
 * Event in the life of a task, with its row in the table of transitions: the state that it leads
 * to, and the states in which it may happen. In all other states it is refused, most often because
 * another event has come first: a task that is done refuses all events.
 */
enum TaskEvent {
  /** Arguments have to be located before the task is queued. */
  LOCATE(LOCATING, BOUND, UNDECIDED, BACKING_OFF),
  /** The task goes to a queue. */
  ENQUEUE(QUEUED, BOUND, LOCATING, ISOLATED, UNDECIDED, BACKING_OFF),
  /** The task cannot run beside the suspects that run now. */
  ISOLATE(ISOLATED, QUEUED),
  /** A slot of another node takes the task. */
  SEND(SENT, QUEUED),
  /** The other node has not begun the task, which becomes first in its queue again. */
  TAKE_BACK(QUEUED, SENT),
  /** A slot of this node takes the task. */
  BEGIN(RUNNING, QUEUED),
  /** The body has returned a stage. */
  STAGE(STAGED, RUNNING),
  /** An attempt ends without an outcome. It may say so again while what follows is undecided. */
  END_ATTEMPT(UNDECIDED, SENT, RUNNING, STAGED, UNDECIDED),
  /** The next attempt begins after a pause. */
  BACK_OFF(BACKING_OFF, UNDECIDED),
  /** The task gets its outcome, or goes back to the node that submitted it. */
  SETTLE(DONE, BOUND, LOCATING, QUEUED, ISOLATED, SENT, RUNNING, STAGED, UNDECIDED, BACKING_OFF);

  private final TaskState target;
  private final int sources; // one bit for each state in which the event may happen

  @SuppressWarnings("EnumOrdinal") // a bit in memory, which is never written anywhere
  TaskEvent(TaskState target, TaskState... sources) {
    this.target = target;
    int bits = 0;
    for (var source : sources) {
      bits |= 1 << source.ordinal();
    }
    this.sources = bits;
  }

  /** Returns the state after this event, or null if the event is refused in that state. */
  @SuppressWarnings("EnumOrdinal")
  @Nullable
  TaskState after(TaskState state) {
    return (sources & (1 << state.ordinal())) == 0 ? null : target;
  }
}
