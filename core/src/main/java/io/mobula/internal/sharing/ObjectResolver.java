package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.ObjectLostException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.LocateResult;
import io.mobula.spi.ReconstructionReply;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Resolver of the outcome of objects that are not known here: asks the process that made the id,
 * then those that the directory names, and then has the object reconstructed. Safe for all threads;
 * nothing blocks.
 */
final class ObjectResolver {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectResolver.class);
  private static final int MAX_ROUNDS = 16;
  private static final long MIN_PAUSE_MILLIS = 10;
  private static final long MAX_PAUSE_MILLIS = 2_000;

  private final SharedObjectTable table;
  private final LocalCopies localCopies;
  private final ValueCodec codec;
  private final InFlightRefs inFlightRefs;
  private final DirectoryClient directoryClient;
  private final ReconstructionTracker reconstructions;
  private final Membership membership;
  private final BackgroundTimer timer;
  private final NodeMessaging messaging;
  private final PendingPeerRequests<ObjectId, Optional<Object>> resolving;
  private final Map<ObjectId, ObjectLookup> open = new ConcurrentHashMap<>();
  private volatile @Nullable ObjectReconstructor reconstructor;
  private volatile boolean closed;

  ObjectResolver(
      SharedObjectTable table,
      LocalCopies localCopies,
      ValueCodec codec,
      InFlightRefs inFlightRefs,
      DirectoryClient directoryClient,
      ReconstructionTracker reconstructions,
      BackgroundTimer timer,
      NodeMessaging messaging) {
    this.table = table;
    this.localCopies = localCopies;
    this.codec = codec;
    this.inFlightRefs = inFlightRefs;
    this.directoryClient = directoryClient;
    this.reconstructions = reconstructions;
    this.timer = timer;
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.resolving = messaging.requests("object");
  }

  /** Receives replies of other processes from now on. */
  void listen() {
    messaging.on(FrameKind.RESOLVED, this::onResolved);
  }

  void setReconstructor(ObjectReconstructor with) {
    reconstructor = with;
  }

  /** Looks up the outcome of an object that somebody here waits for, and settles its entry. */
  void resolveEntry(ObjectId id) {
    var _ = resolve(id, null).thenAccept(outcome -> table.settle(id, outcome));
  }

  /**
   * Finds the outcome, an {@link ObjectContent} or an {@link ObjectFailure}; a lost object is a
   * failure, too. All who ask at the same time share one lookup.
   *
   * @param lostAt the location of a copy that cannot be read any more, or null
   */
  CompletionStage<Object> resolve(ObjectId id, @Nullable ObjectLocation lostAt) {
    var fresh = new ObjectLookup(id, lostAt);
    var present = open.putIfAbsent(id, fresh);
    if (present != null) {
      return present.found;
    }
    if (lostAt != null) {
      fresh.tried.add(lostAt.holder());
    }
    fresh.next();
    return fresh.found;
  }

  /**
   * Ends the pauses of all lookups, as the node's timer will not: the directory, which is closed,
   * answers them at once.
   */
  void close() {
    closed = true;
    open.values().forEach(ObjectLookup::endPause);
  }

  /** Returns the lookup of the object that is in progress, or null. */
  @Nullable
  WaitPoint openLookup(ObjectId id) {
    return open.get(id);
  }

  /**
   * Returns the pause of a lookup after that many rounds, in milliseconds. The first two rounds
   * follow at once. If the directory's answer is still of no use, such as a node that does not have
   * the object any more, the directory must first hear of that.
   */
  static long pauseAfter(int rounds) {
    return rounds < 2
        ? 0
        : Math.min(MAX_PAUSE_MILLIS, MIN_PAUSE_MILLIS << Math.min(rounds - 2, 10));
  }

  /** Returns the sum of all pauses of a lookup, in milliseconds. */
  static long pausesInAll() {
    return LongStream.rangeClosed(1, MAX_ROUNDS)
        .map(round -> pauseAfter((int) round))
        .sum();
  }

  /** Lookup of one object in progress. */
  private final class ObjectLookup implements WaitPoint {
    private final ObjectId id;
    private final @Nullable ObjectLocation lostAt;
    private final CompletableFuture<Object> found = new CompletableFuture<>();
    private final Set<NodeId> tried = new HashSet<>();
    private int rounds;
    private volatile @Nullable NodeId asking; // null: the directory
    private final AtomicInteger questions = new AtomicInteger();
    private final AtomicBoolean pausing = new AtomicBoolean();

    ObjectLookup(ObjectId id, @Nullable ObjectLocation lostAt) {
      this.id = id;
      this.lostAt = lostAt;
    }

    void next() {
      var owner = new NodeId(id.node());
      if (!ask(owner)) {
        askDirectory();
      }
    }

    /**
     * Asks a node and goes on with its reply, or when it leaves; returns false if that node cannot
     * be asked.
     */
    private boolean ask(NodeId node) {
      if (node.equals(membership.self().id()) || membership.peer(node) == null || !isNew(node)) {
        return false;
      }
      asking = node;
      questions.incrementAndGet();
      var frame = FrameWriter.of(FrameKind.RESOLVE);
      ObjectLocation.write(frame, id);
      var _ = resolving
          .ask(node, id, () -> messaging.send(node, frame.toBytes()))
          .whenComplete((outcome, failure) -> {
            if (outcome != null && outcome.isPresent() && !isLost(outcome.get())) {
              end(outcome.get());
            } else { // it does not have it, or has left
              askDirectory();
            }
          });
      return true;
    }

    /**
     * Returns whether the reply names a process that has left; the replying node may not have heard
     * of that yet.
     */
    private boolean isLost(Object outcome) {
      return lostAt != null
          && outcome instanceof ObjectContent.RemoteValue(var remote)
          && remote.holder().equals(lostAt.holder())
          && remote.hasHolderLeft();
    }

    private synchronized boolean isNew(NodeId node) {
      return tried.add(node);
    }

    private void askDirectory() {
      asking = null;
      questions.incrementAndGet();
      if (++rounds > MAX_ROUNDS) {
        fail("it was searched for " + MAX_ROUNDS + " times", null);
        return;
      }
      directoryClient.locate(id, lostAttempt()).whenComplete((location, failure) -> {
        try {
          located(location, failure);
        } catch (RuntimeException e) {
          fail("what the directory says of it cannot be read", e);
        }
      });
    }

    /**
     * Returns the attempt that is known to have been at a node that has left; zero if there is
     * none.
     */
    private int lostAttempt() {
      return lostAt != null && membership.peer(lostAt.holder()) == null ? lostAt.attempt() : 0;
    }

    private void located(@Nullable LocateResult location, @Nullable Throwable failure) {
      switch (location) {
        case LocateResult.SealedCopies(var attempt, var bytes, var nodes) ->
          askOneOf(nodes, attempt);
        case LocateResult.Value(var attempt, var encoded) ->
          end(codec.read(new FrameReader(encoded)));
        case LocateResult.Failure(var attempt, var encoded) ->
          end(codec.read(new FrameReader(encoded)));
        case LocateResult.Lost(var reason, var rebuildable, var attempt) -> {
          if (rebuildable) {
            requestReconstruction(attempt);
          } else {
            fail(reason, null);
          }
        }
        case null -> unanswered(failure);
      }
    }

    private void askOneOf(List<NodeId> nodes, int attempt) {
      var here = nodes.contains(membership.self().id()) ? localCopies.here(id) : null;
      if (here != null) {
        end(here);
        return;
      }
      for (var node : nodes) {
        if (ask(node)) {
          return;
        }
      }
      requestReconstruction(attempt);
    }

    private void requestReconstruction(int lostAttempt) {
      directoryClient.requestReconstruction(id, lostAttempt).whenComplete((answer, failure) -> {
        switch (answer) {
          case ReconstructionReply.Granted(var attempt, var reconstructionSpec) ->
            startReconstruction(attempt, reconstructionSpec);
          case ReconstructionReply.InProgress inProgress -> askAnew();
          case ReconstructionReply.NotNeeded readable -> askAnew();
          case ReconstructionReply.Impossible(var reason) -> fail(reason, null);
          case null -> unanswered(failure);
        }
      });
    }

    private void startReconstruction(int attempt, byte[] reconstructionSpec) {
      var with = reconstructor;
      if (with == null) {
        fail("no part of this node can reconstruct it", null);
        return;
      }
      reconstructions.announce(id, attempt);
      try {
        with.reconstruct(id, attempt, reconstructionSpec);
      } catch (RuntimeException | LinkageError e) { // a class that this process lacks
        reconstructions.withdraw(id);
        fail("how to make it again cannot be read here: " + e.getMessage(), e);
        return;
      }
      askAnew();
    }

    private void askAnew() {
      synchronized (this) {
        tried.clear();
      }
      long pause = pauseAfter(rounds);
      if (pause == 0) {
        askDirectory();
      } else {
        pausing.set(true);
        timer.runAfter(Duration.ofMillis(pause), this::endPause);
        if (closed) { // the timer may have closed before
          endPause();
        }
      }
    }

    /** Goes on after a pause; does nothing if the lookup does not pause. */
    void endPause() {
      if (pausing.compareAndSet(true, false)) {
        askDirectory();
      }
    }

    @Override
    public WaitStep waitStep() {
      var of = asking;
      return (of == null
              ? WaitStep.end(
                  "the directory was asked where object " + id + " is", WaitCause.UNKNOWN)
              : WaitStep.elsewhere("node " + of + " was asked for it", of, WaitStep.Work.value(id)))
          .withVersion(questions.get());
    }

    void end(Object outcome) {
      open.remove(id, this);
      if (!found.complete(outcome) && outcome instanceof ObjectContent content) {
        content.discard();
      }
    }

    /** Handles that the directory is closed, or that nobody hosts it. */
    private void unanswered(@Nullable Throwable failure) {
      var cause = failure == null ? null : CapturedThrowable.unwrap(failure);
      if (cause instanceof RuntimeClosedException) {
        var closed = "This node has closed, and object " + id + " was not here.";
        end(new ObjectFailure(() -> new RuntimeClosedException(closed)));
        return;
      }
      var why = cause == null ? "the directory gives no answer." : cause.getMessage();
      var message = "Object " + id + " cannot be found, and may be there: " + why;
      end(new ObjectFailure(() -> new ObjectLostException(message, cause)));
    }

    private void fail(@Nullable String why, @Nullable Throwable cause) {
      var message = "Object " + id + " is lost: " + why + ownerGone(why) + ". Make it again.";
      end(new ObjectFailure(() -> new ObjectLostException(message, cause)));
    }

    /**
     * Returns text that names the node of the object's id, if that node has left and the
     * directory's answer does not name it; else an empty text.
     */
    private String ownerGone(@Nullable String said) {
      var owner = new NodeId(id.node());
      boolean isKnown = membership.peer(owner) != null
          || owner.equals(membership.self().id())
          || (said != null && said.contains(owner.toString()));
      return isKnown ? "" : "; node " + owner + ", which put it or asked for it, has left";
    }
  }

  private void onResolved(NodeId from, FrameReader frame) {
    var id = ObjectLocation.readId(frame);
    var waiting = resolving.takeOpen(from, id);
    Object outcome;
    try {
      outcome = frame.flag() ? codec.read(frame) : null;
    } catch (RuntimeException unreadable) { // it is looked up elsewhere
      LOG.warn("What node {} has of object {} cannot be read here", from, id, unreadable);
      inFlightRefs.acknowledgeUnreadable(from, frame);
      if (waiting != null) {
        waiting.completeExceptionally(unreadable);
      }
      return;
    }
    if (waiting != null) {
      waiting.complete(Optional.ofNullable(outcome));
    } else if (outcome instanceof ObjectContent content) {
      content.discard();
    }
    inFlightRefs.acknowledgeRefs(from, frame);
  }
}
