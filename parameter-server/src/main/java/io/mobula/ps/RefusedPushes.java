package io.mobula.ps;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Requests of a worker that shards have refused and that have to be resent, with the reasons. For
 * the worker's thread.
 */
final class RefusedPushes {
  private final List<InFlightPush> inFlightPushes = new ArrayList<>();
  private boolean moved;
  private boolean forgotten;
  private boolean unknown;

  /** Adds a request that a shard refused because its parameters have moved or are about to. */
  void moved(InFlightPush inFlightPush) {
    moved = true;
    inFlightPushes.add(inFlightPush);
  }

  /** Adds a request that a shard refused because it does not know the worker. */
  void forgotten(InFlightPush inFlightPush) {
    forgotten = true;
    inFlightPushes.add(inFlightPush);
  }

  /** Adds a push that a shard refused because it does not know the list of keys. */
  void unknown(InFlightPush inFlightPush) {
    unknown = true;
    inFlightPushes.add(inFlightPush);
  }

  boolean hasAny() {
    return moved || forgotten || unknown;
  }

  /** Returns whether a shard refused a request because parameters have moved. */
  boolean hasMoved() {
    return moved;
  }

  /** Returns whether a shard refused a request because it does not know the worker. */
  boolean hasForgotten() {
    return forgotten;
  }

  void forEach(Consumer<InFlightPush> action) {
    inFlightPushes.forEach(action);
  }

  /** Resends all requests in the order in which they were sent, the parts of one push together. */
  void resendAll() {
    var pushes = new TreeMap<Long, List<InFlightPush>>();
    for (var inFlightPush : inFlightPushes) {
      pushes.computeIfAbsent(inFlightPush.push(), push -> new ArrayList<>()).add(inFlightPush);
    }
    var others = pushes.remove(InFlightPush.NO_PUSH);
    pushes.values().forEach(push -> push.getFirst().resendAll(push));
    if (others != null) {
      others.forEach(push -> push.resendAll(List.of(push)));
    }
  }
}
