package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.error.RuntimeClosedException;
import io.mobula.error.StoreException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.memory.AttachResult;
import io.mobula.internal.memory.LifeLockWatcher;
import io.mobula.internal.memory.PeerStore;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.store.ObjectStore;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Peers that share this host: their stores are read in place, and their deaths are detected by
 * their life locks. A process proves that it shares the host by opening the other's files. Safe for
 * all threads; nothing blocks.
 */
final class SameHostPeers implements Membership.Listener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SameHostPeers.class);
  private static final int NO_ROW = -1;

  private final SharedStore memory;
  private final ObjectStore store;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final Set<NodeId> readablePeers = ConcurrentHashMap.newKeySet();
  private final LifeLockWatcher lives = new LifeLockWatcher();
  private final Map<NodeId, CompletableFuture<AttachResult>> results = new ConcurrentHashMap<>();
  private final Map<NodeId, Integer> rows = new ConcurrentHashMap<>();

  SameHostPeers(SharedStore memory, ObjectStore store, NodeMessaging messaging) {
    this.memory = memory;
    this.store = store;
    this.membership = messaging.membership();
    this.messaging = messaging;
  }

  /** Listens to other processes from now on. */
  void listen() {
    messaging
        .on(FrameKind.ATTACH_STORE, this::onAttach)
        .on(FrameKind.PIN_ROW, this::onRow)
        .on(FrameKind.NUDGE, this::onNudge);
    membership.subscribe(this);
  }

  /**
   * Attaches to the store of that process, or completes with the reason why it cannot be attached.
   */
  CompletionStage<AttachResult> attach(NodeId peer) {
    var met = membership.peer(peer);
    if (met != null && !mayShareWith(met)) {
      return CompletableFuture.completedStage(
          new AttachResult.NotAttachable("mobula.store.share-host keeps it apart"));
    }
    var fresh = new CompletableFuture<AttachResult>();
    var present = results.putIfAbsent(peer, fresh);
    if (present != null) {
      return present;
    }
    if (!messaging.send(peer, FrameWriter.of(FrameKind.ATTACH_STORE).toBytes())) {
      gone(peer, fresh);
    }
    return fresh;
  }

  private boolean mayShareWith(Peer peer) {
    return membership.self().store().isSharedWith(peer.store());
  }

  /** Returns the other processes whose memory can be read from here. */
  Set<NodeId> readablePeers() {
    return Collections.unmodifiableSet(readablePeers);
  }

  private void gone(NodeId peer, CompletableFuture<AttachResult> asked) {
    asked.completeExceptionally(
        new StoreException("Node " + peer + " is no member of the cluster any more.", null));
    results.remove(peer, asked);
  }

  private void onAttach(NodeId from, FrameReader frame) {
    var answer = FrameWriter.of(FrameKind.PIN_ROW);
    try {
      int row = memory.offerRow();
      rows.put(from, row);
      if (membership.peer(from) == null) { // it left before the row was recorded
        takeBackRow(from);
      }
      answer.int32(row).text("");
    } catch (RuntimeException none) {
      answer.int32(NO_ROW).text(none.getMessage());
    }
    messaging.send(from, answer.toBytes());
  }

  private void onRow(NodeId from, FrameReader frame) {
    int row = frame.int32();
    var why = frame.text();
    var asked = results.get(from);
    var peer = membership.peer(from);
    if (asked == null || peer == null) {
      return;
    }
    if (row == NO_ROW) {
      asked.complete(new AttachResult.NotAttachable(why));
    } else {
      store.threads().runInBackground(() -> attach(peer, row, asked)); // opens files
    }
  }

  private void attach(Peer peer, int row, CompletableFuture<AttachResult> asked) {
    var reader = new PeerStore.StoreReader(
        memory, membership.self().id().incarnation() | 2, slot -> nudge(peer.id(), slot));
    try {
      var attached = PeerStore.attach(peer.store().address(), row, reader);
      if (!asked.complete(attached) && attached instanceof AttachResult.Attached(var theirs)) {
        theirs.close(); // it has left meanwhile
      }
    } catch (RuntimeException damaged) {
      LOG.warn("The memory of {} cannot be read in place", peer, damaged);
      asked.completeExceptionally(damaged);
    }
  }

  private void nudge(NodeId owner, long slot) {
    messaging.send(owner, FrameWriter.of(FrameKind.NUDGE).int64(slot).toBytes());
  }

  private void onNudge(NodeId from, FrameReader frame) {
    memory.nudge(frame.int64());
  }

  private void takeBackRow(NodeId reader) {
    var row = rows.remove(reader);
    if (row != null) {
      memory.reclaimReaderRow(row);
    }
  }

  @Override
  public void joined(Peer peer) {
    if (!peer.id().equals(membership.self().id())
        && mayShareWith(peer)
        && PeerStore.isOnThisHost(peer.store().address())) {
      readablePeers.add(peer.id());
      lives.onDeath(
          peer.store().address(),
          () -> messaging.runAfterLastFrame(
              peer.id(), () -> membership.reportDead(peer.id(), "its process has died")));
    }
  }

  @Override
  public void left(Peer peer, String how) {
    readablePeers.remove(peer.id());
    takeBackRow(peer.id());
    var attached = results.remove(peer.id());
    if (attached == null) {
      return;
    }
    if (!attached.isDone()) {
      gone(peer.id(), attached);
    } else if (!attached.isCompletedExceptionally()
        && attached.join() instanceof AttachResult.Attached(var theirs)) {
      theirs.ownerDied();
      theirs.close();
    }
  }

  @Override
  public void close() {
    lives.close();
    for (var attached : results.values()) {
      attached.completeExceptionally(new RuntimeClosedException("This node has closed."));
      if (attached.isDone()
          && !attached.isCompletedExceptionally()
          && attached.join() instanceof AttachResult.Attached(var theirs)) {
        theirs.close();
      }
    }
    results.clear();
  }
}
