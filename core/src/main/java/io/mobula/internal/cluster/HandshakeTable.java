package io.mobula.internal.cluster;

import io.mobula.NodeId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Which of the others are up, which have introduced themselves, and which know us. Pure; for one
 * thread.
 *
 * <p>A peer joins when its system is up and its hello is here, whichever comes last, and leaves
 * once: by saying goodbye or with its system. Its hellos after a goodbye are late ones.
 */
final class HandshakeTable {
  private static final int EAGER = 40;
  private static final int SELDOM = 40;

  /** What the listeners are to be told. */
  sealed interface PeerChange {}

  record Joined(Peer peer) implements PeerChange {}

  record Left(Peer peer, String how) implements PeerChange {}

  private static final class SystemEntry {
    private final boolean expected;
    private @Nullable Peer peer;
    private @Nullable NodeId said;
    private boolean knowsUs;
    private int greeted;

    SystemEntry(boolean expected) {
      this.expected = expected;
    }

    boolean isKnown() {
      return peer != null && knowsUs;
    }

    boolean isMet() {
      return said != null || isKnown();
    }
  }

  private final Map<SystemAddress, SystemEntry> systems = new LinkedHashMap<>();

  /**
   * A system is up.
   *
   * @param expected whether it is sure to have a node
   */
  void addSystem(SystemAddress systemAddress, boolean expected) {
    systems.putIfAbsent(systemAddress, new SystemEntry(expected));
  }

  /**
   * A node introduces itself. Whoever is not up yet will say so again.
   *
   * @param knowsUs whether it has taken us in
   */
  List<PeerChange> onHello(SystemAddress systemAddress, Peer peer, boolean knowsUs) {
    var entry = systems.get(systemAddress);
    if (entry == null || peer.id().equals(entry.said)) {
      return List.of();
    }
    var before = entry.peer;
    if (before != null && before.id().equals(peer.id())) {
      entry.knowsUs |= knowsUs;
      return List.of();
    }
    entry.peer = peer;
    entry.knowsUs = knowsUs;
    entry.greeted = 0;
    var changes = new ArrayList<PeerChange>();
    if (before != null) {
      changes.add(new Left(before, "another node has taken its place in the same actor system"));
    }
    changes.add(new Joined(peer));
    return changes;
  }

  /** A node has ended, its system may go on. */
  List<PeerChange> removeNode(NodeId id, String how) {
    for (var entry : systems.values()) {
      var peer = entry.peer;
      if (peer != null && peer.id().equals(id)) {
        entry.peer = null;
        entry.said = id;
        entry.greeted = EAGER; // a successor introduces itself
        return List.of(new Left(peer, how));
      }
    }
    return List.of();
  }

  /** A system has gone. */
  List<PeerChange> removeSystem(SystemAddress systemAddress, String how) {
    var entry = systems.remove(systemAddress);
    return entry == null || entry.peer == null ? List.of() : List.of(new Left(entry.peer, how));
  }

  /** Whether that system comes and goes with its node. */
  boolean belongsToNode(SystemAddress systemAddress) {
    var entry = systems.get(systemAddress);
    return entry != null && entry.expected;
  }

  /** Whether this system's node has introduced itself. */
  boolean knows(SystemAddress systemAddress) {
    var entry = systems.get(systemAddress);
    return entry != null && entry.peer != null;
  }

  /** The systems that are expected to introduce themselves, or to take us in, and have not yet. */
  List<SystemAddress> unmet() {
    return systems.entrySet().stream()
        .filter(each -> each.getValue().expected && !each.getValue().isMet())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * To whom a hello is due now; called in even intervals. Systems that never answer, since they
   * have no node, are greeted ever more seldom.
   */
  List<SystemAddress> toGreet() {
    var due = new ArrayList<SystemAddress>();
    systems.forEach((systemAddress, entry) -> {
      if (!entry.isKnown() && (entry.greeted++ < EAGER || entry.greeted % SELDOM == 0)) {
        due.add(systemAddress);
      }
    });
    return due;
  }

  /** Whether somebody is to be greeted now or later. */
  boolean hasUngreeted() {
    return systems.values().stream().anyMatch(entry -> !entry.isKnown());
  }

  /** Every system that is up. */
  Collection<SystemAddress> systems() {
    return List.copyOf(systems.keySet());
  }

  /** Everybody that has joined and not left, by incarnation, oldest first. */
  Map<NodeId, Peer> peers() {
    var peers = new LinkedHashMap<NodeId, Peer>();
    systems.values().stream()
        .map(entry -> entry.peer)
        .filter(Objects::nonNull)
        .forEach(peer -> peers.put(peer.id(), peer));
    return peers;
  }

  /** Whoever has introduced itself from there. */
  @Nullable
  Peer peerAt(SystemAddress systemAddress) {
    var entry = systems.get(systemAddress);
    return entry == null ? null : entry.peer;
  }

  /** Where that incarnation sits. */
  @Nullable
  SystemAddress systemOf(NodeId id) {
    for (var entry : systems.entrySet()) {
      var peer = entry.getValue().peer;
      if (peer != null && peer.id().equals(id)) {
        return entry.getKey();
      }
    }
    return null;
  }
}
