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
 * Table of handshakes with the other actor systems: which are up, which have introduced themselves,
 * and which know this node. Not thread-safe.
 *
 * <p>A peer joins when its system is up and its hello has arrived, in either order, and leaves
 * once: with a goodbye or with its system. Hellos after its goodbye are late and ignored.
 */
final class HandshakeTable {
  private static final int EAGER = 40;
  private static final int SELDOM = 40;

  /** Change that the listeners are to be told. */
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
   * Adds a system that is up.
   *
   * @param expected whether the system is certain to have a node
   */
  void addSystem(SystemAddress systemAddress, boolean expected) {
    systems.putIfAbsent(systemAddress, new SystemEntry(expected));
  }

  /**
   * Handles the introduction of a node. A node whose system is not up yet will repeat it.
   *
   * @param knowsUs whether the node has accepted this one
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
      changes.add(new Left(before, "another node has replaced it in the same actor system"));
    }
    changes.add(new Joined(peer));
    return changes;
  }

  /** Removes a node that has ended; its system may go on. */
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

  /** Removes a system that has gone. */
  List<PeerChange> removeSystem(SystemAddress systemAddress, String how) {
    var entry = systems.remove(systemAddress);
    return entry == null || entry.peer == null ? List.of() : List.of(new Left(entry.peer, how));
  }

  /** Returns whether that system comes and goes with its node. */
  boolean belongsToNode(SystemAddress systemAddress) {
    var entry = systems.get(systemAddress);
    return entry != null && entry.expected;
  }

  /** Returns whether this system's node has introduced itself. */
  boolean knows(SystemAddress systemAddress) {
    var entry = systems.get(systemAddress);
    return entry != null && entry.peer != null;
  }

  /**
   * Returns the systems that are expected to introduce themselves or to accept this node, and have
   * not yet.
   */
  List<SystemAddress> unmet() {
    return systems.entrySet().stream()
        .filter(each -> each.getValue().expected && !each.getValue().isMet())
        .map(Map.Entry::getKey)
        .toList();
  }

  /**
   * Returns the systems that a hello is due to; called at regular intervals. Systems that never
   * answer, since they have no node, are greeted less and less often.
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

  /** Returns whether any system is still to be greeted. */
  boolean hasUngreeted() {
    return systems.values().stream().anyMatch(entry -> !entry.isKnown());
  }

  /** Returns every system that is up. */
  Collection<SystemAddress> systems() {
    return List.copyOf(systems.keySet());
  }

  /** Returns all peers that have joined and not left, by incarnation, oldest first. */
  Map<NodeId, Peer> peers() {
    var peers = new LinkedHashMap<NodeId, Peer>();
    systems.values().stream()
        .map(entry -> entry.peer)
        .filter(Objects::nonNull)
        .forEach(peer -> peers.put(peer.id(), peer));
    return peers;
  }

  /** Returns the peer that has introduced itself from that system, or null. */
  @Nullable
  Peer peerAt(SystemAddress systemAddress) {
    var entry = systems.get(systemAddress);
    return entry == null ? null : entry.peer;
  }

  /** Returns the system of that incarnation, or null. */
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
