package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.WaitReport;
import io.mobula.error.NodeLostException;
import io.mobula.error.RuntimeClosedException;
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
 * Questions to peers that await an answer. A question ends with its answer, or with a
 * {@link NodeLostException} when the peer is no member any more, whether it left before the
 * question, while it was asked, or after; so nobody waits for the word of a dead process. It also
 * ends, with a {@link RuntimeClosedException}, when this process ends. Safe for all threads;
 * nothing blocks.
 *
 * @param <K> names a question among those to one peer
 * @param <A> what answers it
 */
public final class PendingPeerRequests<K, A> {
  private final PeerTransport peerTransport;
  private final String what;
  private final Map<RequestKey<K>, CompletableFuture<A>> open = new ConcurrentHashMap<>();

  private record RequestKey<K>(NodeId of, K about) {}

  /** Asks nothing yet, and says nothing of what it asks to those who look for what waits. */
  public PendingPeerRequests(PeerTransport peerTransport) {
    this(peerTransport, "");
  }

  /**
   * Asks nothing yet; over these lanes, which hear before of who leaves.
   *
   * @param what is asked for, for those who look for what waits; empty to say nothing
   */
  public PendingPeerRequests(PeerTransport peerTransport, String what) {
    this.peerTransport = peerTransport;
    this.what = what;
    if (!what.isEmpty()) {
      peerTransport.addOpenRequests(this::waits);
    }
    peerTransport.onClose(() -> List.copyOf(open.keySet()).forEach(this::end));
    peerTransport.membership().subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

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
   * Asks, unless this question is open already: then all who ask share the answer.
   *
   * @param send sends the question by {@link PeerTransport#send}, whose result it returns
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

  /** The question that this peer answers now, for whoever read the answer to complete; or null. */
  public @Nullable CompletableFuture<A> takeOpen(NodeId by, K about) {
    return open.remove(new RequestKey<>(by, about));
  }

  /**
   * Answers the question that is open with this peer, if there is one. What cannot be read fails
   * it, and is thrown.
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

  /** Lists them one by one as it is asked, so that little is made for a look at a few. */
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

  /** A question as a link of a chain of waits; it may have been answered since it was listed. */
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
