package io.mobula.internal.execution;

import io.mobula.ObjectId;
import io.mobula.internal.wait.WaitStep;
import org.jspecify.annotations.Nullable;

/** What will make a value: a task, or an actor that was called. Asked from any thread. */
public interface ValueProducer {

  /**
   * What must end before the value can be there: what it runs at this moment, if it can run one
   * thing at a time only; else null.
   */
  @Nullable
  Execution blockingExecution(ObjectId wanted);

  /** Where the value is made, if another process does it and is known; else null. */
  default @Nullable WorkLocation workLocation(ObjectId wanted) {
    return null;
  }

  /**
   * Somebody waits for the value or asks whether it is there: one that is elsewhere is asked for.
   */
  default void onRequested() {}

  /** What that value waits for at this moment; must neither block nor run users' code. */
  WaitStep waitStep(ObjectId wanted);

  /** Names it, for messages. */
  String describe();

  /**
   * Stops the work that would make a value.
   *
   * @param recursive whether work that it started stops, too
   */
  void cancel(long task, boolean recursive);
}
