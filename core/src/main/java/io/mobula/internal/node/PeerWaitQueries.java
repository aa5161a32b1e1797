package io.mobula.internal.node;

import io.mobula.NodeId;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.wait.WaitChainWalker;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.internal.wait.WaitStep.Work;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Queries to other processes about work that is waited for here, and the answers to theirs. A query
 * is also a probe of the peer: the thread that handles all frames answers it. Thread-safe; only the
 * query itself blocks, for half a second at most.
 */
final class PeerWaitQueries implements WaitChainWalker.PeerQueries {
  /** Time without an answer after which a process counts as silent. */
  static final Duration SILENCE_TIMEOUT = Duration.ofSeconds(10);

  private static final long MAX_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long BETWEEN_PROBES_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final int MIN_PROBES = 4;
  private static final int MAX_CHARS = 2000;

  private final Membership membership;
  private final NodeMessaging messaging;
  private final LocalWaits localWaits;
  private final LongSupplier nanoTime;
  private final AtomicLong numbers = new AtomicLong();
  private final PendingPeerRequests<Long, Optional<String>> open;
  private final Map<NodeId, UnansweredProbes> silent = new ConcurrentHashMap<>();

  /** Lookup of work on this node that other processes wait for. */
  @FunctionalInterface
  interface LocalWaits {
    /** Returns what the work waits for here; null if it is not here, or done. */
    @Nullable
    WaitPoint find(NodeId asker, Work work);
  }

  /** Unanswered probes of a process: since when, how many, and when the last was sent. */
  private record UnansweredProbes(long since, int probes, long last) {}

  PeerWaitQueries(NodeMessaging messaging, LocalWaits localWaits) {
    this(messaging, localWaits, System::nanoTime);
  }

  PeerWaitQueries(NodeMessaging messaging, LocalWaits localWaits, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.localWaits = localWaits;
    this.open = messaging.requests("");
    messaging.on(FrameKind.WAIT_QUERY, this::onAsk).on(FrameKind.WAIT_REPLY, this::onAnswer);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void left(Peer peer, String how) {
        silent.remove(peer.id());
      }
    });
  }

  @Override
  public WaitStep query(NodeId peer, Work work, long nanos) {
    if (peer.equals(membership.self().id())) {
      return here(peer, work);
    }
    if (membership.peer(peer) == null) {
      return WaitStep.end("node " + peer + " is no member of the cluster", WaitCause.NOBODY);
    }
    var before = silent.get(peer);
    long began = nanoTime.getAsLong();
    if (nanos == 0 || (before != null && began - before.last() < BETWEEN_PROBES_NANOS)) {
      return before == null
          ? WaitStep.end("node " + peer + " has to act", WaitCause.PEER)
          : silent(peer, before, began);
    }
    try {
      var answer = ask(peer, work, Math.min(nanos, MAX_NANOS));
      silent.remove(peer);
      return answer
          .map(text ->
              WaitStep.end(text.isEmpty() ? "node " + peer + " answers" : text, WaitCause.PEER))
          .orElseGet(() -> WaitStep.end(
              "node " + peer + " answers that it has nothing of it that is not done",
              WaitCause.NOBODY));
    } catch (TimeoutException late) {
      var unanswered = silent.merge(
          peer,
          new UnansweredProbes(began, 1, began),
          (old, fresh) -> new UnansweredProbes(old.since(), old.probes() + 1, began));
      if (membership.peer(peer) == null) { // the listener is told only once that the peer has left
        silent.remove(peer);
      }
      return silent(peer, unanswered, began);
    } catch (ExecutionException left) {
      return WaitStep.end("node " + peer + " has just left", WaitCause.UNKNOWN);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return WaitStep.end("node " + peer + " has to act", WaitCause.PEER);
    }
  }

  private WaitStep here(NodeId self, Work work) {
    var found = localWaits.find(self, work);
    return found == null
        ? WaitStep.end("this node has to act", WaitCause.UNKNOWN)
        : WaitStep.via("it is done by this node", found);
  }

  private WaitStep silent(NodeId peer, UnansweredProbes unanswered, long now) {
    long nanos = now - unanswered.since();
    var member = membership.peer(peer);
    var text = "node " + peer + " has not answered for "
        + TimeUnit.NANOSECONDS.toSeconds(nanos) + " s"
        + (member == null ? "" : ", and is " + membership.statusOf(member) + " to the cluster");
    boolean isSilent = nanos >= SILENCE_TIMEOUT.toNanos() && unanswered.probes() >= MIN_PROBES;
    return WaitStep.end(text, isSilent ? WaitCause.SILENT_PEER : WaitCause.PEER);
  }

  private Optional<String> ask(NodeId peer, Work work, long nanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    long number = numbers.incrementAndGet();
    var frame = FrameWriter.of(FrameKind.WAIT_QUERY).int64(number).choice(work.kind());
    ClusterObjects.writeId(frame, work.id());
    var bytes = frame.toBytes();
    var asked = open.ask(peer, number, () -> messaging.send(peer, bytes));
    try {
      return asked.get(nanos, TimeUnit.NANOSECONDS);
    } finally {
      var _ = open.takeOpen(peer, number); // nobody waits for the answer any more
    }
  }

  private void onAsk(NodeId from, FrameReader in) {
    long number = in.int64();
    var work = new Work(in.choice(Work.Kind.values()), ClusterObjects.readId(in));
    var found = work.kind() == Work.Kind.ANYTHING ? null : localWaits.find(from, work);
    var frame = FrameWriter.of(FrameKind.WAIT_REPLY).int64(number);
    boolean has = found != null || work.kind() == Work.Kind.ANYTHING;
    frame.flag(has);
    if (has) {
      frame.text(found == null ? "" : describe(found));
    }
    messaging.send(from, frame.toBytes());
  }

  private String describe(WaitPoint found) {
    var text = "on node " + membership.self().id() + ": "
        + String.join("; ", WaitChainWalker.nonBlocking().walk(found).lines());
    return text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
  }

  private void onAnswer(NodeId from, FrameReader in) {
    open.complete(from, in.int64(), () -> in.flag() ? Optional.of(in.text()) : Optional.empty());
  }
}
