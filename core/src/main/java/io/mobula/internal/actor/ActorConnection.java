package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskCancelledException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitStep;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Connection of a client with its actor, wherever the actor lives: keeps calls while the actor is
 * not placed, sends them to its host or passes them to its cell, follows its address, and learns of
 * its end. Confined to the client's executor, but for the methods that say otherwise.
 */
final class ActorConnection {
  /** A successor has announced itself within this time. */
  static final Duration SUCCESSION = Duration.ofSeconds(20);

  private final ActorDescriptor descriptor;
  private final ActorClients clients;
  private final ActorPeers peers;
  private final KnownActors known;
  private final SerialExecutor executor;
  private final Runnable onIdle;
  private final ActorSubmitQueue queue = new ActorSubmitQueue();
  private final PendingActorCalls pendingCalls;
  private final ActorLocation location = new ActorLocation();
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private volatile @Nullable ActorCell local;
  private volatile @Nullable ObjectFailure deathCause;
  private volatile @Nullable ObjectFailure drainCause;
  private boolean drainSent;
  private boolean awaitsSuccessor;

  /**
   * Makes a connection that knows no address yet.
   *
   * @param stream numbers the clients of this process, so that a host can tell their calls apart
   * @param limit counts the calls that no local cell has
   * @param onIdle runs when the last call has its outcome
   */
  ActorConnection(
      ActorDescriptor descriptor,
      ActorClients clients,
      long stream,
      SerialExecutor executor,
      PendingCallLimit limit,
      Runnable onIdle) {
    this.descriptor = descriptor;
    this.clients = clients;
    this.peers = clients.shared().peers();
    this.known = clients.shared().known();
    this.executor = executor;
    this.onIdle = onIdle;
    this.pendingCalls =
        new PendingActorCalls(descriptor, peers, stream, queue, limit, this::allAnswered);
  }

  private ActorId id() {
    return descriptor.id();
  }

  // ---- what any thread may ask

  /** Returns the actor's cell, or null unless the actor lives in this process; for all threads. */
  @Nullable
  ActorCell local() {
    return local;
  }

  /** Returns the actor's address, or null if it is not placed; for all threads. */
  @Nullable
  ActorAddress address() {
    return location.address();
  }

  /** Returns whether the actor is dead, as far as this process knows; for all threads. */
  boolean isDead() {
    return deathCause != null;
  }

  /** Returns whether the actor takes calls, as far as this process knows; for all threads. */
  boolean isOpen() {
    var cell = local;
    return cell == null ? deathCause == null && drainCause == null : cell.isOpen();
  }

  /** Returns the future that completes when nothing is left of the actor; for all threads. */
  CompletableFuture<@Nullable Void> ended() {
    return ended;
  }

  // ---- calls

  boolean isIdle() {
    return queue.isEmpty();
  }

  void onCall(RemoteCall call) {
    boolean wait = queue.add(call);
    var refused = deathCause != null ? deathCause : drainCause;
    if (refused != null) {
      pendingCalls.fail(call, refused);
    } else if (wait && local == null) {
      await(call);
    } else {
      flush();
    }
  }

  private void await(RemoteCall call) {
    call.call().whenReady(() -> executor.execute(() -> onReady(call.caller())));
  }

  private void onReady(Object caller) {
    var first = queue.releaseReady(caller);
    if (first != null && local == null) {
      await(first);
    }
    flush();
  }

  private void flush() {
    var to = location.address();
    var cell = local;
    if (cell != null) {
      pendingCalls.handOverTo(cell);
      drainIfDone();
    } else if (to != null && deathCause == null) {
      pendingCalls.sendAll(to);
    }
  }

  private void allAnswered() {
    drainIfDone();
    onIdle.run();
  }

  /** Handles an outcome from the host: a content or a failure. */
  void onReply(int incarnation, long number, Object outcome) {
    pendingCalls.onAnswer(incarnation, number, outcome);
  }

  /** Handles a rejection: the actor was not there, and the call has not run. */
  void onRejected(int incarnation, long number) {
    pendingCalls.requeueRejected(incarnation, number);
    location.lose(incarnation);
    var why = deathCause;
    if (why != null) {
      pendingCalls.failUnsent(why);
    }
    flush();
  }

  /** Cancels a call, wherever it is. */
  void cancel(long task, boolean recursive) {
    var call = queue.find(task);
    var cell = local;
    if (call == null) {
      if (cell != null) {
        cell.cancel(task, recursive);
      }
      return;
    }
    var to = call.sentTo();
    if (to != null) {
      pendingCalls.cancel(call, to, recursive);
    }
    pendingCalls.fail(
        call,
        new ObjectFailure(() -> new TaskCancelledException(
            "Call " + task + " of " + descriptor.describe() + " was cancelled.", null)));
    onReady(call.caller());
  }

  // ---- where the actor is

  /** Handles a status from the owner, or an address from a received handle. */
  void onStatus(ActorStatus update) {
    switch (update) {
      case ActorStatus.Alive(var at) -> onPlace(at);
      case ActorStatus.Pending(var gone) -> onLost(gone);
      case ActorStatus.Dead(var why, var over) -> onDead(why, over);
    }
  }

  private void onPlace(ActorAddress at) {
    if (!peers.isMember(at.node())) { // the node is gone, or not met yet
      location.keepUnmet(at);
      return;
    }
    if (!location.isNews(at) || deathCause != null) {
      return;
    }
    location.dropUnmet();
    onLost(at.incarnation() - 1);
    var cell = known.cellAt(at, id());
    if (cell == null && at.node().equals(peers.self())) {
      // the actor has died already, and its owner will say so
      location.lose(at.incarnation());
      return;
    }
    location.moveTo(at);
    pendingCalls.moved();
    local = cell;
    flush();
  }

  /**
   * Handles the loss of incarnations up to this one; nobody knows which of their calls have run.
   */
  private void onLost(int incarnation) {
    location.lose(incarnation);
    pendingCalls.retryOrFailLost(at -> at.incarnation() <= incarnation, deathCause == null);
    flush();
  }

  private void onDead(ObjectFailure why, boolean over) {
    if (deathCause == null) {
      deathCause = why;
      pendingCalls.failUnsent(why);
    }
    if (over) {
      ended.complete(null);
    }
  }

  /** Handles a node that has joined: an address on it becomes usable. */
  void onJoined(NodeId node) {
    var at = location.unmetOn(node);
    if (at != null) {
      onPlace(at);
    }
  }

  /** Handles a node that has left the cluster. */
  void onLeft(NodeId node, String who) {
    var present = location.address();
    if (present != null && present.node().equals(node)) {
      onLost(present.incarnation());
    } else { // also if the owner has reported another address meanwhile, or the actor's end
      pendingCalls.retryOrFailLost(at -> at.node().equals(node), deathCause == null);
    }
    var owner = known.ownerOf(id());
    boolean placed = location.address() != null;
    if (descriptor.ownerFailover()) {
      if (!peers.isMember(owner)) {
        awaitSuccessor(who);
      }
    } else if (owner.equals(node) && (!descriptor.detached() || !placed)) {
      onDead(descriptor.diedFailure("its owner is gone: " + who, null), true);
    } else if (!placed && deathCause == null && !peers.isMember(owner)) {
      var how = "its host is gone: " + who + "; and its owner is gone, too";
      onDead(descriptor.diedFailure(how, null), true);
    }
    flush();
  }

  /** Waits for a successor of the owner, which may never come. */
  private void awaitSuccessor(String who) {
    if (awaitsSuccessor || deathCause != null) {
      return;
    }
    awaitsSuccessor = true;
    clients.ownershipChanges().askWhoOwns(id());
    clients
        .shared()
        .services()
        .after(SUCCESSION, () -> executor.execute(() -> endWithoutSuccessor(who)));
  }

  private void endWithoutSuccessor(String who) {
    boolean still = awaitsSuccessor;
    awaitsSuccessor = false;
    if (still && location.address() == null) {
      var how = "its owner is gone: " + who + "; and no node has taken it over";
      onDead(descriptor.diedFailure(how, null), true);
    }
  }

  /** Handles that the actor has a new owner. */
  void onOwnerChange() {
    awaitsSuccessor = false;
  }

  // ---- the end

  /** Ends an actor of another process at once, and fails the calls of this one. */
  void kill(ObjectFailure why, String how) {
    if (deathCause == null) {
      onDead(why, false);
      pendingCalls.failAll(why);
      killAtOwner(how);
    }
  }

  /** Has the owner end the actor at once. */
  void killAtOwner(String how) {
    clients.endRequests().kill(descriptor, location.address(), how);
  }

  /** Takes no more calls, and drains the actor of another process after those of this one. */
  void drain() {
    if (drainCause == null && deathCause == null) {
      drainCause = descriptor.diedFailure("it was drained", null);
      drainIfDone();
    }
  }

  /** Drains the host's actor once the calls of this process are answered. */
  private void drainIfDone() {
    if (drainCause != null && !drainSent && deathCause == null && queue.isEmpty()) {
      drainSent = true;
      drainAtOwner();
    }
  }

  /** Has the owner drain the actor. */
  void drainAtOwner() {
    clients.endRequests().drain(descriptor, location.address(), "it was drained");
  }

  /** Fails all calls, as the runtime is closing. */
  void close(Supplier<MobulaException> why) {
    onDead(new ObjectFailure(why), true);
    pendingCalls.failAll(new ObjectFailure(why));
  }

  // ---- diagnosis

  /** Returns the step of a call of this process. */
  WaitStep explain(ObjectId wanted) {
    var call = queue.find(wanted.task());
    var cell = local;
    if (call == null) {
      return cell == null
          ? WaitStep.end("nothing is known of it here any more", WaitCause.NOBODY)
          : cell.waitStep(wanted);
    }
    return ClientWaitSteps.of(
        call,
        queue.firstWaiting(call.caller()),
        deathCause == null ? location.address() : null,
        id(),
        clients.shared());
  }

  /** Returns the results of the unanswered calls that the cell does not have. */
  List<ObjectEntry> unanswered() {
    return queue.all().stream().map(RemoteCall::result).toList();
  }
}
