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
 * Which process of this host pulls an attempt of an object, who waits for that, and who has pulled
 * it: kept by one process of the host for each object. What is forgotten or wrong here costs one
 * more pull and nothing else. Pure; safe for all threads.
 */
final class PullRegistry {
  private static final int MOST_REMEMBERED = 4096;

  /** One attempt of an object. */
  record ObjectAttempt(ObjectId id, int attempt) {}

  /**
   * What somebody who asked may do now.
   *
   * @param who asked
   * @param from where it is to be read in place; the same process: it is to be pulled
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
   * Somebody wants it.
   *
   * @param unreadable a process whose copy he could not read, or null
   * @return what he may do, or null: he is told later
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
   * A pull is over.
   *
   * @param has whether he has a copy now
   * @return what those who have waited may do
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
    if (pulled.size() > MOST_REMEMBERED) {
      pulled.pollFirstEntry();
    }
  }

  /** A process is gone. */
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

  /** He pulls it no more, nor waits for it: the next one in turn pulls it. */
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

  /** For tests: how many objects it knows of. */
  synchronized int size() {
    return activePull.size() + pulled.size();
  }
}
