package io.mobula;

/**
 * An actor's class whose state outlives its process: an actor that is made again after its node, or
 * a method of it, has failed goes on from its latest checkpoint. When checkpoints are made is for
 * {@link ActorCall#checkpointEvery(int)} and {@link ActorCall#checkpointEvery(java.time.Duration)}.
 *
 * <p>Both methods run on the actor's thread, one at a time with its other methods, and hold those
 * up for as long as they and the writing of the state take.
 *
 * @param <S> what a checkpoint is: anything that can be the argument of a call, but for a null
 */
public interface CheckpointedActor<S> {

  /**
   * The actor's state as it is now. Copied before the actor's next method runs, so parts of the
   * actor itself may be given. What it throws, a null and a value that cannot be encoded leave the
   * checkpoint before in force; the actor lives on.
   */
  S save() throws Exception;

  /**
   * Takes up the state of the latest checkpoint. Called at most once, after the constructor and
   * before any other method. What it throws ends the actor.
   *
   * @param state what {@link #save} gave; as with arguments, tensors inside may be read-only views
   */
  void load(S state) throws Exception;
}
