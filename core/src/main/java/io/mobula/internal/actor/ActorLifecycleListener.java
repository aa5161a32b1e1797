package io.mobula.internal.actor;

import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.store.ObjectFailure;
import java.util.concurrent.CompletableFuture;

/** Who hears what becomes of an actor that this node hosts. Called from any thread. */
interface ActorLifecycleListener {

  /** On a node alone nobody else needs to know. */
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

  /** The user's object is there. */
  void made(ActorCell cell, Class<?> type);

  /** The user's object failed and another is made, so often by now. */
  void restarted(int times);

  /** Its state is saved: who makes it again goes on from there. */
  void checkpointed(CheckpointVersion version);

  /** Has others keep a copy of its state; empty once they do, else why there is none. */
  CompletableFuture<String> replicate(ReplicatedCheckpoint state);

  /** It takes no more calls and all have an outcome; no other is made. */
  void died(ObjectFailure why);

  /** Its last method has returned, and what it held is given back. */
  void ended();
}
