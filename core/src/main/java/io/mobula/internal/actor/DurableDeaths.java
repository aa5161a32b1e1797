package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.internal.store.ObjectFailure;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Failures that durable actors have died of, for those who ask for their names, until other actors
 * take the names. Safe for all threads.
 */
final class DurableDeaths {
  private final Map<String, DurableDeath> byName = new ConcurrentHashMap<>();

  private record DurableDeath(ActorId actor, ObjectFailure why) {}

  /** Records that an actor has died of a failure; has no effect if it has no name. */
  void add(ActorDescriptor descriptor, ObjectFailure why) {
    var name = descriptor.name();
    if (name != null) {
      byName.put(name, new DurableDeath(descriptor.id(), why));
    }
  }

  /** Forgets the death of an earlier actor, as this actor has its name now. */
  void forgetFormer(ActorDescriptor descriptor) {
    var name = descriptor.name();
    if (name != null) {
      byName.remove(name);
    }
  }

  /** Returns whether that actor has died of a failure, and not an earlier actor of its name. */
  boolean isRecorded(ActorDescriptor descriptor) {
    var death = descriptor.name() == null ? null : byName.get(descriptor.name());
    return death != null && death.actor().equals(descriptor.id());
  }

  /** Returns what the last actor of that name has died of, or null. */
  @Nullable
  ObjectFailure causeOf(String name) {
    var death = byName.get(name);
    return death == null ? null : death.why();
  }
}
