package io.mobula.internal.names;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.names.NameMessage.NameEntry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Table of names, with the actor that holds each and the nodes that keep it. For one thread. */
final class NameTable {
  private final Map<String, NameHolder> holders = new HashMap<>();

  /** Actor that holds a name, with the registration of each keeper. */
  private static final class NameHolder {
    private final ActorId actor;
    private final Map<NodeId, NameEntry> keepers = new LinkedHashMap<>();
    private boolean confirmed;

    NameHolder(NameEntry first) {
      this.actor = first.actor();
      keepers.put(first.keeper(), first);
    }

    boolean isFor(NameEntry other) {
      return actor.equals(other.actor());
    }

    /**
     * Returns the registration of the host or of a successor, which know more, otherwise that of
     * the node that made the actor.
     */
    NameEntry entry() {
      NameEntry best = null;
      for (var each : keepers.values()) {
        if (best == null || each.keeper().incarnation() != actor.node()) {
          best = each;
        }
      }
      return Objects.requireNonNull(best, "a holder has a registrar");
    }
  }

  /** Gives the name to the entry's actor if it is free. Returns the registration of the holder. */
  NameEntry claim(NameEntry entry) {
    var holder = holders.computeIfAbsent(entry.name(), name -> new NameHolder(entry));
    if (holder.isFor(entry)) {
      holder.keepers.putIfAbsent(entry.keeper(), entry);
    }
    return holder.entry();
  }

  /**
   * Registers a keeper of a name. This overrides an unconfirmed claim, whose claimant may have
   * learned of another holder from a predecessor of this shard.
   */
  void registerKeeper(NameEntry entry) {
    var holder = holders.get(entry.name());
    if (holder == null || (!holder.isFor(entry) && !holder.confirmed)) {
      holder = new NameHolder(entry);
      holders.put(entry.name(), holder);
    }
    if (holder.isFor(entry)) {
      // moves the latest registration, which is the best one, to the end
      holder.keepers.remove(entry.keeper());
      holder.keepers.put(entry.keeper(), entry);
      holder.confirmed = true;
    }
  }

  @Nullable
  NameEntry find(String name) {
    var holder = holders.get(name);
    return holder == null ? null : holder.entry();
  }

  void release(String name, ActorId actor) {
    holders.computeIfPresent(name, (key, holder) -> holder.actor.equals(actor) ? null : holder);
  }

  /** Removes a node that has left, and the names that no other node keeps. */
  void left(NodeId node) {
    holders.values().removeIf(holder -> {
      holder.keepers.remove(node);
      return holder.keepers.isEmpty();
    });
  }
}
