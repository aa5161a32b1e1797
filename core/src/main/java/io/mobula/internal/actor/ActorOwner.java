package io.mobula.internal.actor;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.ActorOptions;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Owner of one actor, at first on the node that created it. It finds a host for the actor,
 * recreates the actor when its host dies, knows which processes hold it, and ends it when none
 * does. Safe for all threads; fields that are not volatile are confined to its executor.
 */
final class ActorOwner implements ActorLeaseRequester, WaitPoint {
  private final ActorDescriptor descriptor;
  private final ActorCreationSpec spec;
  private final ActorOptions options;
  private final BoundCall constructor;
  private final OwnedActors ownedActors;
  private final SerialExecutor executor = new SerialExecutor();
  private final Set<NodeId> holders = new HashSet<>();
  private volatile ActorPhase phase = ActorPhase.PREPARING;
  private final OwnedIncarnation incarnation = new OwnedIncarnation();
  private final AppointedSuccessor successor;
  private boolean here; // this node has hosted it, and its cell releases the constructor
  private boolean failoverPossible; // its constructor can be sent to other nodes
  private volatile @Nullable String drainReason;
  private @Nullable ObjectFailure deathCause;
  private boolean endedByUser;

  ActorOwner(ActorDescriptor descriptor, ActorCreationSpec spec, OwnedActors ownedActors) {
    this.descriptor = descriptor;
    this.spec = spec;
    this.constructor = spec.constructor();
    this.options = spec.options();
    this.ownedActors = ownedActors;
    this.successor = ownedActors.successorOf(descriptor, spec);
  }

  ActorDescriptor descriptor() {
    return descriptor;
  }

  /** Returns whether nothing is left of the actor. */
  boolean isEnded() {
    return phase == ActorPhase.ENDED;
  }

  /** Returns whether the actor is alive or will be, and takes calls. */
  boolean isOpen() {
    return drainReason == null && !phase.isDead();
  }

  private void move(ActorPhase.Event event) {
    phase = phase.after(event);
  }

  // ---- placement

  /** Places the actor once the constructor's arguments are ready. */
  void start() {
    constructor.whenReady(() -> executor.execute(this::findArguments));
  }

  /**
   * Searches for missing arguments of the constructor before it requests a lease: an actor without
   * a lease holds nothing that a task needs to remake an argument.
   */
  private void findArguments() {
    var search = phase.isDead() ? null : constructor.findMissing(null);
    if (search == null) {
      requestLease();
    } else {
      search.start(placed -> executor.execute(this::requestLease));
    }
  }

  private void requestLease() {
    if (phase != ActorPhase.PREPARING) {
      return;
    }
    var failed = constructor.failedArgument();
    if (failed != null) {
      die(
          ObjectFailure.following(
              failed,
              cause -> descriptor.diedException(
                  ActorBehavior.ARGUMENT_FAILED + cause.getMessage(), cause)),
          true);
      return;
    }
    failoverPossible = descriptor.ownerFailover();
    updateSuccessor();
    move(ActorPhase.Event.LEASE_REQUESTED);
    ownedActors.leaseSource().acquire(this);
  }

  @Override
  public ActorCreationSpec spec() {
    return spec;
  }

  @Override
  public String describe() {
    return descriptor.describe();
  }

  @Override
  public boolean stillWants() {
    return phase == ActorPhase.REQUESTING;
  }

  @Override
  public void granted(Lease granted) {
    executor.execute(() -> {
      if (phase != ActorPhase.REQUESTING) {
        granted.release();
        return;
      }
      move(ActorPhase.Event.HOSTED_HERE);
      here = true;
      var at = incarnation.beginAt(ownedActors.self());
      ownedActors.host(incarnationSpec(at), granted);
      settled(at);
    });
  }

  @Override
  public void grantedAt(NodeId node, long number) {
    executor.execute(() -> {
      if (phase != ActorPhase.REQUESTING) {
        ownedActors.leaseSource().release(node, number);
        return;
      }
      if (!ownedActors.isMember(node)) { // this owner has heard that the node left
        move(ActorPhase.Event.GRANTER_LEFT);
        start();
        return;
      }
      move(ActorPhase.Event.SENT);
      var at = incarnation.beginAt(node, number);
      updateSuccessor();
      try {
        ownedActors.create(incarnationSpec(at), number);
      } catch (Throwable e) { // an argument that cannot be sent
        ownedActors.leaseSource().release(node, number);
        incarnation.lose();
        var why = CapturedThrowable.textOf(e);
        die(descriptor.diedFailure("it cannot be sent to node " + node + ": " + why, e), true);
        return;
      }
      if (!ownedActors.isMember(node)) {
        // the membership may have reported that before this owner had the address
        lost("it left");
      }
    });
  }

  /** Returns the node that is the appointed successor of this owner, or null. */
  @Nullable
  NodeId successor() {
    return successor.node();
  }

  private IncarnationSpec incarnationSpec(ActorAddress at) {
    var state = ownedActors.stateFor(at, descriptor.id());
    return new IncarnationSpec(descriptor, at, spec, incarnation.history(state));
  }

  @Override
  public void refused(Function<String, MobulaException> why) {
    executor.execute(() -> {
      if (phase == ActorPhase.REQUESTING) {
        die(new ObjectFailure(() -> why.apply(descriptor.describe())), true);
      }
    });
  }

  @Override
  public WaitStep waitStep() {
    return WaitStep.asking(descriptor.describe() + " is seen to by this node", () -> {
      var answer = new CompletableFuture<WaitStep>();
      executor.execute(() ->
          answer.complete(OwnerWaitSteps.of(phase, incarnation, this, ownedActors.leaseSource())));
      return answer;
    });
  }

  /** Records that the host has the actor: holders may call it there. */
  void placed(ActorAddress at) {
    executor.execute(() -> {
      if (!incarnation.isAt(at)) {
        return;
      }
      if (!holdsForLifetime()) {
        incarnation.releaseLease(ownedActors.leaseSource());
      }
      if (!phase.isDead()) {
        move(ActorPhase.Event.CONFIRMED);
        settled(at);
      }
    });
  }

  private void settled(ActorAddress at) {
    updateSuccessor();
    publish();
    if (drainReason != null) {
      ownedActors.endRequests().drainAt(at, descriptor.id(), drainReason);
    }
  }

  /**
   * Handles a host that does not have the actor: its lease had ended, or the actor ended while it
   * had no owner.
   */
  void placementLost(ActorAddress at) {
    executor.execute(() -> {
      if (!incarnation.isAt(at)) {
        return;
      }
      incarnation.lose();
      if (phase.isDead()) {
        onGone(false);
      } else if (phase == ActorPhase.ALIVE) {
        die(descriptor.diedFailure("it had ended before this node came to own it", null), true);
      } else {
        placeAgain();
      }
    });
  }

  private void placeAgain() {
    move(ActorPhase.Event.PLACEMENT_LOST);
    start();
  }

  // ---- the successor

  /**
   * Resumes the ownership of an actor that this node has taken over, from the former owner's state.
   */
  void resume(ActorOwnerState from) {
    executor.execute(() -> {
      var at = from.address();
      if (phase.isDead()) { // ended before this action had its turn
        if (at != null) {
          ownedActors
              .endRequests()
              .killAt(at, descriptor.id(), "it was ended as this node came to own it");
        }
        return;
      }
      failoverPossible = true;
      incarnation.inherit(from);
      constructor.whenReady(() -> executor.execute(this::updateSuccessor));
      if (at == null) {
        start();
        return;
      }
      move(ActorPhase.Event.INHERITED);
      if (from.confirmed()) {
        move(ActorPhase.Event.CONFIRMED);
      }
      if (!ownedActors.isMember(at.node())) {
        lost("it left before this node came to own the actor");
      }
    });
  }

  /** Handles a new member, which may be a better successor. */
  void joined() {
    executor.execute(this::updateSuccessor);
  }

  /** Sends the state to the successor, or appoints another one if that is better. */
  private void updateSuccessor() {
    if (failoverPossible && constructor.isReady() && isOpen()) {
      successor.update(incarnation.ownerState(phase == ActorPhase.ALIVE));
    }
  }

  // ---- the actor's life

  void restarted(ActorAddress at, int times) {
    executor.execute(() -> {
      if (incarnation.isAt(at)) {
        incarnation.setRestarts(times);
        updateSuccessor();
      }
    });
  }

  /** Records that the host has saved the actor's state. */
  void checkpointed(ActorAddress at, CheckpointVersion version) {
    executor.execute(() -> {
      if (incarnation.isAt(at)) {
        incarnation.setCheckpoint(version);
        updateSuccessor();
      }
    });
  }

  /** Handles a process that has left: perhaps the host, the successor, or a holder. */
  void left(NodeId node, String who) {
    executor.execute(() -> {
      var at = incarnation.address();
      if (at != null && at.node().equals(node)) {
        lost(who);
      }
      if (node.equals(successor.node())) {
        updateSuccessor();
      }
      onRelease(node);
    });
  }

  private void lost(String who) {
    incarnation.lose();
    int restarts = incarnation.restarts();
    if (phase.isDead()) {
      onGone(false);
    } else if (phase == ActorPhase.PLACING) {
      placeAgain();
    } else if (restarts < options.lifetime().maxRestarts() && drainReason == null) {
      incarnation.setRestarts(restarts + 1);
      move(ActorPhase.Event.PLACEMENT_LOST);
      publish();
      start();
    } else {
      die(
          descriptor.diedFailure(
              "its host is gone: " + who + "; after " + restarts + " restarts", null),
          true);
    }
  }

  /** Records the host's report that the actor is dead. */
  void died(ActorAddress at, ObjectFailure why) {
    executor.execute(() -> {
      if (incarnation.isAt(at)) {
        die(why, false);
      }
    });
  }

  /** Records the host's report that nothing of the actor is left. */
  void ended(ActorAddress at) {
    executor.execute(() -> {
      if (incarnation.isAt(at)) {
        if (holdsForLifetime()) {
          incarnation.releaseLease(ownedActors.leaseSource());
        }
        incarnation.lose();
        if (phase.isDead()) {
          onGone(true);
        } else { // the report of the death went to the owner before this one
          die(descriptor.diedFailure("it had ended before this node came to own it", null), true);
        }
      }
    });
  }

  /**
   * Ends the actor, unless it is dead already.
   *
   * @param nothingLeft whether no host has anything of it
   */
  private void die(ObjectFailure why, boolean nothingLeft) {
    if (phase.isDead()) {
      return;
    }
    boolean requested = phase == ActorPhase.REQUESTING;
    deathCause = why;
    if (descriptor.durable() && !endedByUser) {
      ownedActors.recordDeath(descriptor, why);
    } else {
      ownedActors.releaseNameUnlessDurable(descriptor);
      if (!descriptor.durable() && (nothingLeft || endedByUser)) {
        ownedActors.deleteFiles(descriptor, options, () -> {});
      }
    }
    move(nothingLeft ? gone(false) : ActorPhase.Event.DIED);
    if (requested) {
      ownedActors.leaseSource().withdraw(this);
    }
    successor.dismiss();
    ownedActors.forgetState(descriptor.id());
    if (!here) {
      constructor.release();
    }
    if (phase == ActorPhase.ENDED) {
      finish();
    } else {
      publish();
      deleteFilesIfDue();
    }
  }

  /**
   * Handles that nothing of the dead actor is left at a host.
   *
   * @param filesDeleted whether the host has deleted its files
   */
  private void onGone(boolean filesDeleted) {
    move(gone(filesDeleted));
    if (phase == ActorPhase.ENDED) {
      finish();
    } else {
      deleteFilesIfDue();
    }
  }

  private ActorPhase.Event gone(boolean filesDeleted) {
    return isDurablyEnded() && !filesDeleted
        ? ActorPhase.Event.GONE_EXCEPT_FILES
        : ActorPhase.Event.GONE;
  }

  /** Deletes the files, once: the next actor of the name may have them soon after. */
  private void deleteFilesIfDue() {
    if (phase == ActorPhase.DELETING) {
      ownedActors.deleteFiles(
          descriptor,
          options,
          () -> executor.execute(() -> {
            move(ActorPhase.Event.FILES_DELETED);
            finish();
          }));
    }
  }

  /** Tells the holders that nothing of the actor is left. */
  private void finish() {
    if (isDurablyEnded()) {
      // this node may still be registered for the name where the host has deleted the files
      ownedActors.releaseName(descriptor);
    }
    publish();
    forgetIfUnheld();
  }

  /** Returns whether a durable actor was ended by a user, so that nobody recreates it. */
  private boolean isDurablyEnded() {
    return descriptor.durable() && endedByUser;
  }

  /** Ends an actor that cannot be created. */
  void fail(ObjectFailure why) {
    executor.execute(() -> die(why, true));
  }

  /** Ends the actor at once. */
  void kill(String how) {
    executor.execute(() -> {
      var at = incarnation.address();
      if (!phase.isDead()) {
        endedByUser = true;
        die(descriptor.diedFailure(how, null), at == null);
        if (at != null) {
          ownedActors.endRequests().killAt(at, descriptor.id(), how);
        }
      }
    });
  }

  /** Ends the actor once it has answered its calls. */
  void drain(String how) {
    executor.execute(() -> {
      if (isOpen()) {
        endedByUser = true;
        drainReason = how;
        ownedActors.releaseNameUnlessDurable(descriptor);
        successor.dismiss();
        var at = incarnation.address();
        if (at != null && phase == ActorPhase.ALIVE) {
          ownedActors.endRequests().drainAt(at, descriptor.id(), how);
        } else if (at == null && holders.isEmpty()) {
          // nobody waits for an answer of the actor
          die(descriptor.diedFailure(how, null), true);
        }
      }
    });
  }

  /** Abandons an actor whose name was taken: it never existed. */
  void abandon() {
    executor.execute(() -> {
      deathCause = descriptor.diedFailure("its name was taken", null);
      move(ActorPhase.Event.GONE);
      constructor.release();
      forgetIfUnheld();
    });
  }

  // ---- holders

  /** Registers a process that has handles, and sends it the actor's status. */
  void hold(NodeId node) {
    executor.execute(() -> {
      holders.add(node);
      ownedActors.sendStatus(node, descriptor.id(), status());
      if (!ownedActors.isMember(node)) { // this owner may have heard that before
        onRelease(node);
      }
    });
  }

  /** Removes a process that has no handle any more. */
  void release(NodeId node) {
    executor.execute(() -> onRelease(node));
  }

  private void onRelease(NodeId node) {
    if (holders.remove(node) && holders.isEmpty()) {
      forgetIfUnheld();
      if (!phase.isDead() && !descriptor.detached()) {
        ownedActors.afterGrace(() -> executor.execute(this::endIfUnheld));
      }
    }
  }

  private void endIfUnheld() {
    if (holders.isEmpty() && !phase.isDead()) {
      drain("no handle to it was left");
    }
  }

  private void forgetIfUnheld() {
    if (phase == ActorPhase.ENDED && holders.isEmpty()) {
      ownedActors.forget(this);
    }
  }

  private ActorStatus status() {
    if (deathCause != null) {
      return new ActorStatus.Dead(deathCause, phase == ActorPhase.ENDED);
    }
    var at = incarnation.address();
    return at != null && phase == ActorPhase.ALIVE
        ? new ActorStatus.Alive(at)
        : new ActorStatus.Pending(incarnation.lastLost());
  }

  private void publish() {
    var update = status();
    holders.forEach(node -> ownedActors.sendStatus(node, descriptor.id(), update));
  }
}
