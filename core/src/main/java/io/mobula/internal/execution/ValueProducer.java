package io.mobula.internal.execution;

import io.mobula.ObjectId;
import io.mobula.internal.wait.WaitStep;
import org.jspecify.annotations.Nullable;

/** Task or called actor that will make a value. May be asked from any thread. */
public interface ValueProducer {

  /**
   * Returns the execution that must end before the value can be made, if the producer runs one
   * thing at a time only; else null.
   */
  @Nullable
  Execution blockingExecution(ObjectId wanted);

  /** Returns the location of the work if another process does it and is known, else null. */
  default @Nullable WorkLocation workLocation(ObjectId wanted) {
    return null;
  }

  /**
   * Requests a value that is on another node, as somebody waits for it or asks whether it is ready.
   */
  default void onRequested() {}

  /**
   * Returns the step that the value waits for at present. Must neither block nor run users' code.
   */
  WaitStep waitStep(ObjectId wanted);

  /** Returns the name of the producer in messages. */
  String describe();

  /**
   * Stops the work that would make a value.
   *
   * @param recursive whether to stop work that it submitted, too
   */
  void cancel(long task, boolean recursive);
}
