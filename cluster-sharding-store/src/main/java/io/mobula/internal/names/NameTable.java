package io.mobula.internal.names;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.names.NameMessage.NameEntry;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Who has which name, and which nodes stand for that. For one thread. */
final class NameTable {
  private final Map<String, NameHolder> holders = new HashMap<>();

  /** An actor that has a name, with what each node said that stands for it. */
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

    /** What the host or an heir says, who know more; else what its maker says. */
    NameEntry entry() {
      NameEntry best = null;
      for (var each : keepers.values()) {
        if (best == null || each.keeper().incarnation() != actor.node()) {
          best = each;
        }
      }
      return Objects.requireNonNull(best, "a holder has a keeper");
    }
  }

  /** Gives the name to the entry's actor unless another has it; who has it now. */
  NameEntry claim(NameEntry entry) {
    var holder = holders.computeIfAbsent(entry.name(), name -> new NameHolder(entry));
    if (holder.isFor(entry)) {
      holder.keepers.putIfAbsent(entry.keeper(), entry);
    }
    return holder.entry();
  }

  /**
   * A node stands for it. That counts more than a claim whose maker may have been told of another
   * holder, by the shard's predecessor.
   */
  void registerKeeper(NameEntry entry) {
    var holder = holders.get(entry.name());
    if (holder == null || (!holder.isFor(entry) && !holder.confirmed)) {
      holder = new NameHolder(entry);
      holders.put(entry.name(), holder);
    }
    if (holder.isFor(entry)) {
      holder.keepers.remove(entry.keeper());
      holder.keepers.put(entry.keeper(), entry); // as the last one, who knows best
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

  /** A node is gone, and with it the names that no other node stands for. */
  void left(NodeId node) {
    holders.values().removeIf(holder -> {
      holder.keepers.remove(node);
      return holder.keepers.isEmpty();
    });
  }
}
