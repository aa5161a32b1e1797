package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Registry of which process of this host pulls an attempt of an object, which processes wait for
 * that, and which has pulled it. One process of the host keeps it for each object. An entry that is
 * forgotten or wrong costs one more pull and nothing else. Pure logic; safe for all threads.
 */
final class PullRegistry {
  private static final int MAX_REMEMBERED = 4096;

  /** One attempt of an object. */
  record ObjectAttempt(ObjectId id, int attempt) {}

  /**
   * Answer to a process that wants an object.
   *
   * @param who the process that has asked
   * @param from the process whose copy is to be read in place; if it is {@code who}, that process
   *     is to pull
   */
  record Grant(ObjectAttempt key, NodeId who, NodeId from) {}

  private final Map<ObjectAttempt, ActivePull> activePull = new LinkedHashMap<>();
  private final LinkedHashMap<ObjectAttempt, NodeId> pulled = new LinkedHashMap<>(16, 0.75f, true);

  private static final class ActivePull {
    NodeId by;
    final ArrayDeque<NodeId> waiting = new ArrayDeque<>();

    ActivePull(NodeId by) {
      this.by = by;
    }
  }

  /**
   * Registers that a process wants an object.
   *
   * @param unreadable a process whose copy it could not read, or null
   * @return the answer, or null if the process is told later
   */
  synchronized @Nullable Grant ask(ObjectAttempt key, NodeId who, @Nullable NodeId unreadable) {
    var has = pulled.get(key);
    if (has != null && !has.equals(unreadable) && !has.equals(who)) {
      return new Grant(key, who, has);
    }
    pulled.remove(key);
    var present = activePull.computeIfAbsent(key, fresh -> new ActivePull(who));
    if (present.by.equals(who)) {
      return new Grant(key, who, who);
    }
    if (!present.waiting.contains(who)) {
      present.waiting.addLast(who);
    }
    return null;
  }

  /**
   * Records the end of a pull.
   *
   * @param has whether the process has a copy now
   * @return the answers to the processes that have waited
   */
  synchronized List<Grant> ended(ObjectAttempt key, NodeId who, boolean has) {
    var present = activePull.get(key);
    if (has) {
      remember(key, who);
      activePull.remove(key);
      return present == null
          ? List.of()
          : present.waiting.stream()
              .filter(waits -> !waits.equals(who))
              .map(waits -> new Grant(key, waits, who))
              .toList();
    }
    return present == null ? List.of() : without(key, present, who);
  }

  private void remember(ObjectAttempt key, NodeId who) {
    pulled.put(key, who);
    if (pulled.size() > MAX_REMEMBERED) {
      pulled.pollFirstEntry();
    }
  }

  /** Removes a process that has left. */
  synchronized List<Grant> left(NodeId who) {
    pulled.values().removeIf(who::equals);
    var grants = new ArrayList<Grant>();
    for (var key : List.copyOf(activePull.keySet())) {
      var present = activePull.get(key);
      if (present != null) {
        grants.addAll(without(key, present, who));
      }
    }
    return grants;
  }

  /**
   * Removes a process from those that pull or wait for an object; if it was pulling, the next in
   * line pulls.
   */
  private List<Grant> without(ObjectAttempt key, ActivePull present, NodeId who) {
    present.waiting.remove(who);
    if (!present.by.equals(who)) {
      return List.of();
    }
    var next = present.waiting.pollFirst();
    if (next == null) {
      activePull.remove(key);
      return List.of();
    }
    present.by = next;
    return List.of(new Grant(key, next, next));
  }

  /** Returns the number of registered objects, for tests. */
  synchronized int size() {
    return activePull.size() + pulled.size();
  }
}
