package io.mobula.internal.actor;

import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.store.ObjectFailure;
import java.util.concurrent.CompletableFuture;

/** Listener to the life of an actor that this node hosts. Called from any thread. */
interface ActorLifecycleListener {

  /** Listener of a node without a cluster, which does nothing. */
  ActorLifecycleListener NONE = new ActorLifecycleListener() {
    @Override
    public void made(ActorCell cell, Class<?> type) {}

    @Override
    public void restarted(int times) {}

    @Override
    public void checkpointed(CheckpointVersion version) {}

    @Override
    public CompletableFuture<String> replicate(ReplicatedCheckpoint state) {
      return CompletableFuture.completedFuture("");
    }

    @Override
    public void died(ObjectFailure why) {}

    @Override
    public void ended() {}
  };

  /** Reports that the user's object is constructed. */
  void made(ActorCell cell, Class<?> type);

  /**
   * Reports that the user's object failed and another is constructed.
   *
   * @param times how often that has happened
   */
  void restarted(int times);

  /** Reports that the state is saved: the next incarnation starts from this version. */
  void checkpointed(CheckpointVersion version);

  /**
   * Has other nodes keep a copy of the state. The result is empty once they do, else the reason why
   * there is no copy.
   */
  CompletableFuture<String> replicate(ReplicatedCheckpoint state);

  /**
   * Reports that the actor takes no more calls, that all its calls have an outcome, and that it is
   * not recreated.
   */
  void died(ObjectFailure why);

  /** Reports that the last method has returned, and that the actor's resources are released. */
  void ended();
}
