package io.mobula;

/**
 * Actor class whose state survives its process: an actor that restarts after a failure of its node
 * or of a method continues from its latest checkpoint. {@link ActorCall#checkpointEvery(int)} and
 * {@link ActorCall#checkpointEvery(java.time.Duration)} decide when checkpoints are made.
 *
 * <p>Both methods run on the actor's thread, never concurrently with other methods. Other methods
 * wait while they run and while the state is written.
 *
 * @param <S> type of a checkpoint: anything that can be the argument of a call, except null
 */
public interface CheckpointedActor<S> {

  /**
   * Returns the actor's current state. The state is copied before the next method runs, so it may
   * share parts with the actor. If this method throws or returns null or a value that cannot be
   * encoded, the previous checkpoint remains in force and the actor stays alive.
   */
  S save() throws Exception;

  /**
   * Restores the state of the latest checkpoint. Called at most once, after the constructor and
   * before any other method. An exception from this method ends the actor.
   *
   * @param state the value that {@link #save} returned; tensors inside may be read-only views, as
   *     in arguments
   */
  void load(S state) throws Exception;
}
