package io.mobula.internal.lane;

import io.mobula.NodeId;
import io.mobula.WaitReport;
import io.mobula.error.NodeLostException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.wait.Awaited;
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
public final class PeerQuestions<K, A> {
  private final Lanes lanes;
  private final String what;
  private final Map<Asked<K>, CompletableFuture<A>> open = new ConcurrentHashMap<>();

  private record Asked<K>(NodeId of, K about) {}

  /** Asks nothing yet, and says nothing of what it asks to those who look for what waits. */
  public PeerQuestions(Lanes lanes) {
    this(lanes, "");
  }

  /**
   * Asks nothing yet; over these lanes, which hear before of who leaves.
   *
   * @param what is asked for, for those who look for what waits; empty to say nothing
   */
  public PeerQuestions(Lanes lanes, String what) {
    this.lanes = lanes;
    this.what = what;
    if (!what.isEmpty()) {
      lanes.questions(this::waits);
    }
    lanes.onClose(() -> List.copyOf(open.keySet()).forEach(this::end));
    lanes.membership().subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        for (var asked : List.copyOf(open.keySet())) {
          if (asked.of().equals(peer.id())) {
            end(asked);
          }
        }
      }
    });
  }

  /**
   * Asks, unless this question is open already: then all who ask share the answer.
   *
   * @param send sends the question by {@link Lanes#send}, whose result it returns
   */
  public CompletableFuture<A> ask(NodeId peer, K about, BooleanSupplier send) {
    var asked = new Asked<>(peer, about);
    var fresh = new CompletableFuture<A>();
    var present = open.putIfAbsent(asked, fresh);
    if (present != null) {
      return present;
    }
    boolean sent = false;
    try {
      sent = send.getAsBoolean();
    } finally {
      if (!sent) {
        end(asked);
      }
    }
    return fresh;
  }

  /** The question that this peer answers now, for whoever read the answer to complete; or null. */
  public @Nullable CompletableFuture<A> answered(NodeId by, K about) {
    return open.remove(new Asked<>(by, about));
  }

  /**
   * Answers the question that is open with this peer, if there is one. What cannot be read fails
   * it, and is thrown.
   */
  public void answer(NodeId by, K about, Supplier<A> read) {
    var waiting = answered(by, about);
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
  private Iterator<Awaited> waits() {
    var all = open.keySet().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return all.hasNext();
      }

      @Override
      public Awaited next() {
        return new Question<>(PeerQuestions.this, all.next());
      }
    };
  }

  /** A question as a link of a chain of waits; it may have been answered since it was listed. */
  private record Question<K>(PeerQuestions<K, ?> all, Asked<K> asked) implements Awaited {
    @Override
    public WaitStep waitStep() {
      var text = "node " + asked.of() + " was asked for " + all.what + " " + asked.about();
      return all.open.containsKey(asked)
          ? WaitStep.anythingOf(text, asked.of())
          : WaitStep.end(text + ", and has answered", WaitReport.WaitCause.READY);
    }
  }

  private void end(Asked<K> asked) {
    var waiting = open.remove(asked);
    if (waiting != null) {
      waiting.completeExceptionally(
          lanes.isClosed()
              ? new RuntimeClosedException(
                  "This node has closed, and waited for an answer of node " + asked.of() + ".")
              : new NodeLostException(
                  "Node " + asked.of() + " is no member of the cluster any more."));
    }
  }
}
