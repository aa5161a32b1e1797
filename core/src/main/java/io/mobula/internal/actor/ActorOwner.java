package io.mobula.internal.actor;

import io.mobula.ActorOptions;
import io.mobula.NodeId;
import io.mobula.Placement;
import io.mobula.Resources;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.MobulaException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Job;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
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
final class ActorOwner implements ClusterLeaseRequester, WaitPoint {
  private final ActorDescriptor descriptor;
  private final ActorCreationSpec spec;
  private final ActorOptions options;
  private final BoundCall constructor;
  private final OwnedActors ownedActors;
  private final SerialExecutor executor = new SerialExecutor();
  private final Set<NodeId> holders = new HashSet<>();
  private volatile boolean leaseRequested;
  private volatile boolean open = true;
  private int incarnation;
  private int restarts;
  private @Nullable ActorAddress address;
  private boolean confirmed;
  private boolean here;
  private CheckpointVersion checkpoint = CheckpointVersion.NONE;
  private boolean leased;
  private long lease;
  private volatile @Nullable NodeId successor;
  private boolean failoverPossible; // its constructor can be sent to other nodes
  private @Nullable String drainReason;
  private @Nullable ObjectFailure deathCause;
  private volatile boolean ended;
  private boolean endedByUser;

  ActorOwner(ActorDescriptor descriptor, ActorCreationSpec spec, OwnedActors ownedActors) {
    this.descriptor = descriptor;
    this.spec = spec;
    this.constructor = spec.constructor();
    this.options = spec.options();
    this.ownedActors = ownedActors;
  }

  ActorDescriptor descriptor() {
    return descriptor;
  }

  /** Returns whether nothing is left of the actor. */
  boolean isEnded() {
    return ended;
  }

  /** Returns whether the actor is alive or will be, and takes calls. */
  boolean isOpen() {
    return open;
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
    var search = deathCause == null ? constructor.findMissing(null) : null;
    if (search == null) {
      requestLease();
    } else {
      search.start(placed -> executor.execute(this::requestLease));
    }
  }

  private void requestLease() {
    if (deathCause != null) {
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
    leaseRequested = true;
    ownedActors.leaseSource().acquire(this);
  }

  @Override
  public Purpose purpose() {
    return Purpose.ACTOR;
  }

  @Override
  public Job job() {
    return spec.job();
  }

  @Override
  public Placement placement() {
    return options.placement();
  }

  @Override
  public Resources wanted() {
    return ActorLease.wantedBy(options.resources());
  }

  @Override
  public boolean holdsForLifetime() {
    return options.resources() != null;
  }

  @Override
  public String description() {
    return descriptor.describe() + " to be made";
  }

  @Override
  public boolean stillWants() {
    return leaseRequested;
  }

  @Override
  public void recalled(Lease held) {} // an actor keeps its lease

  @Override
  public void granted(Lease granted) {
    executor.execute(() -> {
      if (!leaseRequested) {
        granted.release();
        return;
      }
      leaseRequested = false;
      here = true;
      leased = false;
      var at = ownedActors.localAddress(++incarnation);
      address = at;
      confirmed = true;
      ownedActors.host(incarnationSpec(at), granted);
      settled(at);
    });
  }

  @Override
  public void grantedAt(NodeId node, long number) {
    executor.execute(() -> {
      if (!leaseRequested) {
        ownedActors.leaseSource().release(node, number);
        return;
      }
      leaseRequested = false;
      if (!ownedActors.isMember(node)) { // this owner has heard that the node left
        start();
        return;
      }
      lease = number;
      leased = true;
      address = new ActorAddress(node, ++incarnation);
      confirmed = false;
      updateSuccessor();
      try {
        ownedActors.create(incarnationSpec(address), number);
      } catch (Throwable e) { // an argument that cannot be sent
        ownedActors.leaseSource().release(node, number);
        address = null;
        var why = CapturedThrowable.textOf(e);
        die(died("it cannot be sent to node " + node + ": " + why, e), true);
        return;
      }
      if (!ownedActors.isMember(node)) {
        // the membership may have reported that before this owner had the address
        lost("it left");
      }
    });
  }

  /** Returns the appointed successor of this owner, or null. */
  @Nullable
  NodeId successor() {
    return successor;
  }

  private IncarnationSpec incarnationSpec(ActorAddress at) {
    var state = ownedActors.stateFor(at, descriptor.id());
    var history = new IncarnationSpec.History(at.incarnation(), restarts, checkpoint, state);
    return new IncarnationSpec(descriptor, at, spec, history);
  }

  @Override
  public void refused(Function<String, MobulaException> why) {
    executor.execute(() -> {
      leaseRequested = false;
      die(new ObjectFailure(() -> why.apply(descriptor.describe())), true);
    });
  }

  @Override
  public WaitStep waitStep() {
    return WaitStep.asking(descriptor.describe() + " is seen to by this node", () -> {
      var answer = new CompletableFuture<WaitStep>();
      executor.execute(() -> answer.complete(explain()));
      return answer;
    });
  }

  private WaitStep explain() {
    var at = address;
    if (leaseRequested) {
      var request = ownedActors.leaseSource().pendingRequest(this);
      return request == null
          ? WaitStep.end("it expects a lease, for which there is no request", WaitCause.NOBODY)
              .withVersion(incarnation)
          : WaitStep.via("it asks for a lease", request);
    }
    if (at != null) {
      return WaitStep.anythingOf(
          confirmed ? "it lives on node " + at.node() : "node " + at.node() + " is to make it",
          at.node());
    }
    var missing = constructor.missingArguments();
    return missing.isEmpty()
        ? WaitStep.end("a node is being chosen for it", WaitCause.UNKNOWN)
        : WaitStep.via("its constructor waits for arguments", missing);
  }

  /** Records that the host has the actor: holders may call it there. */
  void placed(ActorAddress at) {
    executor.execute(() -> {
      if (!at.equals(address)) {
        return;
      }
      confirmed = true;
      if (!holdsForLifetime() && leased) {
        leased = false;
        ownedActors.leaseSource().release(at.node(), lease);
      }
      settled(at);
    });
  }

  private void settled(ActorAddress at) {
    updateSuccessor();
    publish();
    if (drainReason != null) {
      ownedActors.drainAt(at, descriptor, drainReason);
    }
  }

  /**
   * Handles a host that does not have the actor: its lease had ended, or the actor ended while it
   * had no owner.
   */
  void placementLost(ActorAddress at) {
    executor.execute(() -> {
      if (!at.equals(address)) {
        return;
      }
      address = null;
      if (deathCause != null) {
        over(false);
      } else if (confirmed) {
        die(died("it had ended before this node came to own it", null), true);
      } else {
        start();
      }
    });
  }

  // ---- the successor

  /**
   * Resumes the ownership of an actor that this node has taken over, from the former owner's state.
   */
  void resume(ActorOwnerState from) {
    executor.execute(() -> {
      failoverPossible = true;
      incarnation = from.incarnation();
      restarts = from.restarts();
      confirmed = from.confirmed();
      checkpoint = from.checkpoint();
      address = from.address();
      constructor.whenReady(() -> executor.execute(this::updateSuccessor));
      if (address == null) {
        start();
      } else if (!ownedActors.isMember(address.node())) {
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
    if (!failoverPossible || !constructor.isReady() || deathCause != null || drainReason != null) {
      return;
    }
    var ownerState = new ActorOwnerState(incarnation, restarts, address, confirmed, checkpoint);
    var host = address == null ? null : address.node();
    var present = successor;
    var best = ownedActors.succession().chooseSuccessor(descriptor.id(), host);
    boolean keeps = present != null
        && ownedActors.isMember(present)
        && (!present.equals(host) || present.equals(best));
    if (present != null && keeps) {
      ownedActors.succession().update(present, descriptor.id(), ownerState);
      return;
    }
    dismissSuccessor();
    if (best != null) {
      successor = best;
      ownedActors.succession().appoint(best, descriptor, spec, ownerState);
    }
  }

  private void dismissSuccessor() {
    var present = successor;
    successor = null;
    if (present != null) {
      ownedActors.succession().dismiss(present, descriptor.id());
    }
  }

  // ---- the actor's life

  void restarted(ActorAddress at, int times) {
    executor.execute(() -> {
      if (at.equals(address)) {
        restarts = times;
        updateSuccessor();
      }
    });
  }

  /** Records that the host has saved the actor's state. */
  void checkpointed(ActorAddress at, CheckpointVersion version) {
    executor.execute(() -> {
      if (at.equals(address)) {
        checkpoint = version;
        updateSuccessor();
      }
    });
  }

  /** Handles a process that has left: perhaps the host, the successor, or a holder. */
  void left(NodeId node, String who) {
    executor.execute(() -> {
      var at = address;
      if (at != null && at.node().equals(node)) {
        lost(who);
      }
      if (node.equals(successor)) {
        updateSuccessor();
      }
      onRelease(node);
    });
  }

  private void lost(String who) {
    boolean lived = confirmed;
    address = null;
    confirmed = false;
    if (deathCause != null) {
      over(false);
    } else if (!lived) {
      start();
    } else if (restarts < options.lifetime().maxRestarts() && drainReason == null) {
      restarts++;
      publish();
      start();
    } else {
      die(died("its host is gone: " + who + "; after " + restarts + " restarts", null), true);
    }
  }

  /** Records the host's report that the actor is dead. */
  void died(ActorAddress at, ObjectFailure why) {
    executor.execute(() -> {
      if (at.equals(address)) {
        die(why, false);
      }
    });
  }

  /** Records the host's report that nothing of the actor is left. */
  void ended(ActorAddress at) {
    executor.execute(() -> {
      if (at.equals(address)) {
        if (leased && holdsForLifetime()) {
          leased = false;
          ownedActors.leaseSource().release(at.node(), lease);
        }
        address = null;
        over(true);
      }
    });
  }

  private void die(ObjectFailure why, boolean nothingLeft) {
    if (deathCause == null) {
      deathCause = why;
      open = false;
      if (leaseRequested) {
        leaseRequested = false;
        ownedActors.leaseSource().withdraw(this);
      }
      if (descriptor.durable() && !endedByUser) {
        ownedActors.recordDeath(descriptor, why);
      } else {
        ownedActors.releaseNameUnlessDurable(descriptor);
        if (!descriptor.durable() && (nothingLeft || endedByUser)) {
          ownedActors.deleteFiles(descriptor, options, () -> {});
        }
      }
      dismissSuccessor();
      ownedActors.forgetState(descriptor.id());
      ended = nothingLeft && !isDurablyEnded();
      if (!here) {
        constructor.release();
      }
      publish();
      if (nothingLeft) {
        over(false);
      } else {
        forgetIfUnheld();
      }
    } else if (nothingLeft) {
      over(false);
    }
  }

  /**
   * Finishes, as nothing is left of the actor.
   *
   * @param deleted whether its host has deleted its files
   */
  private void over(boolean deleted) {
    if (!deleted && !ended && isDurablyEnded()) {
      ownedActors.deleteFiles(descriptor, options, () -> executor.execute(() -> over(true)));
      return;
    }
    if (!ended) {
      ended = true;
      if (isDurablyEnded()) {
        // this node may still be registered for the name where the host has deleted the files
        ownedActors.releaseName(descriptor);
      }
      publish();
    }
    forgetIfUnheld();
  }

  /** Returns whether a durable actor was ended by a user, so that nobody recreates it. */
  private boolean isDurablyEnded() {
    return descriptor.durable() && endedByUser;
  }

  private ObjectFailure died(String how, @Nullable Throwable cause) {
    return new ObjectFailure(() -> descriptor.diedException(how, cause));
  }

  /** Ends an actor that cannot be created. */
  void fail(ObjectFailure why) {
    executor.execute(() -> die(why, true));
  }

  /** Ends the actor at once. */
  void kill(String how) {
    executor.execute(() -> {
      var at = address;
      if (deathCause == null) {
        endedByUser = true;
        die(died(how, null), at == null);
        if (at != null) {
          ownedActors.killAt(at, descriptor, how);
        }
      }
    });
  }

  /** Ends the actor once it has answered its calls. */
  void drain(String how) {
    executor.execute(() -> {
      if (deathCause == null && drainReason == null) {
        endedByUser = true;
        drainReason = how;
        open = false;
        ownedActors.releaseNameUnlessDurable(descriptor);
        dismissSuccessor();
        if (address != null && confirmed) {
          ownedActors.drainAt(address, descriptor, how);
        } else if (address == null && holders.isEmpty()) {
          // nobody waits for an answer of the actor
          die(died(how, null), true);
        }
      }
    });
  }

  /** Abandons an actor whose name was taken: it never existed. */
  void abandon() {
    executor.execute(() -> {
      deathCause = died("its name was taken", null);
      ended = true;
      open = false;
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
      if (deathCause == null && !descriptor.detached()) {
        ownedActors.afterGrace(() -> executor.execute(this::endIfUnheld));
      }
    }
  }

  private void endIfUnheld() {
    if (holders.isEmpty() && deathCause == null) {
      drain("no handle to it was left");
    }
  }

  private void forgetIfUnheld() {
    if (deathCause != null && ended && holders.isEmpty()) {
      ownedActors.forget(this);
    }
  }

  private ActorStatus status() {
    if (deathCause != null) {
      return new ActorStatus.Dead(deathCause, ended);
    }
    return address != null && confirmed
        ? new ActorStatus.Alive(address)
        : new ActorStatus.Pending(address == null ? incarnation : incarnation - 1);
  }

  private void publish() {
    var update = status();
    holders.forEach(node -> ownedActors.sendStatus(node, descriptor.id(), update));
  }
}
