package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints that owners have handed over to this process, each for an actor that is to follow. A
 * checkpoint that no actor takes is released. Safe for all threads.
 */
final class HandedOverCheckpoints {
  private final Map<ActorId, HandedOver> waiting = new ConcurrentHashMap<>();

  private record HandedOver(NodeId sender, ReplicatedCheckpoint state) {}

  /** Keeps the state for the actor, and releases one that was handed over for it before. */
  void put(ActorId id, NodeId sender, ReplicatedCheckpoint state) {
    release(waiting.put(id, new HandedOver(sender, state)));
  }

  /** Removes and returns the state that was handed over for an actor, or null. */
  @Nullable
  ReplicatedCheckpoint take(ActorId id) {
    var found = waiting.remove(id);
    return found == null ? null : found.state();
  }

  /** Releases the state for an actor that is not created here after all. */
  void drop(ActorId id) {
    release(waiting.remove(id));
  }

  /** Releases the states that came from a process which has left. */
  void left(NodeId node) {
    for (var each : List.copyOf(waiting.entrySet())) {
      if (each.getValue().sender().equals(node) && waiting.remove(each.getKey(), each.getValue())) {
        release(each.getValue());
      }
    }
  }

  private static void release(@Nullable HandedOver handedOver) {
    if (handedOver != null) {
      handedOver.state().release();
    }
  }
}
