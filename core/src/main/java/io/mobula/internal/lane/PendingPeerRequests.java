package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.error.NodeLostException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.info.WaitReport;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Table of requests to peers that wait for a reply. A request ends with its reply, or with a
 * {@link NodeLostException} when the peer is no member any more, whether it left before, during or
 * after sending; so nobody waits for a dead process. When this process closes, requests fail with a
 * {@link RuntimeClosedException}. Safe for all threads; nothing blocks.
 *
 * @param <K> key of a request among those to one peer
 * @param <A> type of the reply
 */
public final class PendingPeerRequests<K, A> {
  private final PeerTransport peerTransport;
  private final String what;
  private final Map<RequestKey<K>, CompletableFuture<A>> open = new ConcurrentHashMap<>();

  private record RequestKey<K>(NodeId of, K about) {}

  /**
   * Creates a table of requests over this transport, which hears before the table that a peer has
   * left.
   *
   * @param what what is requested, for reports of what waits; empty to appear in none
   */
  PendingPeerRequests(PeerTransport peerTransport, String what) {
    this.peerTransport = peerTransport;
    this.what = what;
    if (!what.isEmpty()) {
      peerTransport.addOpenRequests(this::waits);
    }
    peerTransport.onClose(() -> List.copyOf(open.keySet()).forEach(this::end));
    peerTransport.membership().subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        for (var key : List.copyOf(open.keySet())) {
          if (key.of().equals(peer.id())) {
            end(key);
          }
        }
      }
    });
  }

  /**
   * Sends a request to a peer. If a request with this key is open at the peer already, nothing is
   * sent and both callers share the reply.
   *
   * @param send sends the request by {@link NodeMessaging#send}, and returns its result
   */
  public CompletableFuture<A> ask(NodeId peer, K about, BooleanSupplier send) {
    var key = new RequestKey<>(peer, about);
    var fresh = new CompletableFuture<A>();
    var present = open.putIfAbsent(key, fresh);
    if (present != null) {
      return present;
    }
    boolean sent = false;
    try {
      sent = send.getAsBoolean();
    } finally {
      if (!sent) {
        end(key);
      }
    }
    return fresh;
  }

  /**
   * Removes and returns the open request that this reply of the peer belongs to, for the caller to
   * complete; null if there is none.
   */
  public @Nullable CompletableFuture<A> takeOpen(NodeId by, K about) {
    return open.remove(new RequestKey<>(by, about));
  }

  /**
   * Completes the open request that this reply of the peer belongs to, if there is one. If the
   * reply cannot be read, the request fails and the exception is thrown.
   */
  public void complete(NodeId by, K about, Supplier<A> read) {
    var waiting = takeOpen(by, about);
    if (waiting == null) {
      return;
    }
    try {
      waiting.complete(read.get());
    } catch (RuntimeException unreadable) {
      waiting.completeExceptionally(unreadable);
      throw unreadable;
    }
  }

  /** Lists the open requests lazily, so that inspecting a few of them creates few objects. */
  private Iterator<WaitPoint> waits() {
    var all = open.keySet().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public WaitPoint next() {
        return new OpenRequest<>(PendingPeerRequests.this, all.next());
      }
    };
  }

  /** Open request as a link of a chain of waits; it may have been answered since it was listed. */
  private record OpenRequest<K>(PendingPeerRequests<K, ?> all, RequestKey<K> asked)
      implements WaitPoint {
    @Override
    public WaitStep waitStep() {
      var text = "node " + asked.of() + " was asked for " + all.what + " " + asked.about();
      return all.open.containsKey(asked)
          ? WaitStep.anythingOf(text, asked.of())
          : WaitStep.end(text + ", and has answered", WaitReport.WaitCause.READY);
    }
  }

  private void end(RequestKey<K> key) {
    var waiting = open.remove(key);
    if (waiting != null) {
      waiting.completeExceptionally(
          peerTransport.isClosed()
              ? new RuntimeClosedException(
                  "This node has closed, and waited for an answer of node " + key.of() + ".")
              : new NodeLostException(
                  "Node " + key.of() + " is no member of the cluster any more."));
    }
  }
}
