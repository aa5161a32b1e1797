package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.MethodRequest;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskCancelledException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Lead;
import io.mobula.internal.execution.Producer;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitStep;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The way of this process to one actor of the cluster: keeps calls while the actor has no place,
 * sends them to its host, makes them again when the host dies, and calls the cell itself where the
 * actor lives here. Safe for all threads; what is not volatile belongs to its turns.
 */
final class Route implements Reach, Producer {
  /** Within this time whoever inherits an actor has said so. */
  private static final Duration SUCCESSION = Duration.ofSeconds(20);

  private final Passport passport;
  private final ActorCluster cluster;
  private final Turns turns = new Turns();
  private final Dispatch dispatch;
  private final CompletableFuture<@Nullable Void> ended = new CompletableFuture<>();
  private volatile @Nullable ActorCell local;
  private volatile @Nullable Place place;
  private @Nullable Place unmet; // where it is, on a node that this process has yet to meet
  private int lost;
  private volatile @Nullable Failure dead;
  private volatile @Nullable Failure drained;
  private boolean drainSent;
  private boolean held;
  private boolean awaitsHeir;
  private WeakReference<Handle.Anchor> anchor = new WeakReference<>(null); // under the monitor
  private boolean retired; // under the monitor

  /**
   * Knows no place yet.
   *
   * @param stream numbers the routes of this process, so that a host tells their calls apart
   */
  Route(Passport passport, ActorCluster cluster, long stream) {
    this.passport = passport;
    this.cluster = cluster;
    this.dispatch = new Dispatch(passport, cluster, stream, this::allAnswered);
  }

  Passport passport() {
    return passport;
  }

  @Override
  public ActorId id() {
    return passport.id();
  }

  @Override
  public String describe() {
    return passport.describe();
  }

  @Override
  public ObjectStore store() {
    return cluster.engine().store();
  }

  // ---- handles

  /** A new handle, or null when this route has ended because none was left. */
  <A> @Nullable Handle<A> handle() {
    Handle.Anchor present;
    boolean first;
    synchronized (this) {
      if (retired) {
        return null;
      }
      present = anchor.get();
      first = present == null;
      if (present == null) {
        present = new Handle.Anchor(this);
        anchor = new WeakReference<>(present);
      }
    }
    if (first) {
      store().whenUnreachable(present, () -> turns.take(this::leaveIfUnused));
      turns.take(this::hold);
    }
    return new Handle<>(present);
  }

  private void hold() {
    if (!held) {
      held = true;
      cluster.hold(this);
    }
  }

  /** The last handle and the last call are gone: the owner need not count this process any more. */
  private void leaveIfUnused() {
    synchronized (this) {
      if (retired || anchor.get() != null || !dispatch.isEmpty()) {
        return;
      }
      retired = true;
    }
    if (held) {
      cluster.release(this);
    }
    cluster.retired(this);
  }

  @Override
  public void export(FrameWriter out) {
    new Passport.Shown(passport, place, cluster.ownerOf(id())).write(out);
  }

  // ---- calls

  @Override
  public <R extends @Nullable Object> ObjectRef<R> call(MethodRequest request) {
    var cell = local;
    if (cell != null && dispatch.isIdle()) { // else one before it is still on its way to the cell
      return cell.call(request);
    }
    var store = store();
    store.requireOpen();
    var host = place;
    if (host != null) {
      cluster.awaitRoom(host.node());
    }
    dispatch.enter();
    boolean taken = false;
    try {
      var bound = cluster.engine().binder().bind(request.method(), request.arguments(), 1);
      long number = store.nextTask();
      var entry = store.pending(number, 0, this);
      ObjectRef<R> result = store.ref(entry);
      var name = BoundCall.nameOf(request.method());
      var call = new RemoteCall(number, name, ActorCallRun.present(), bound, entry);
      turns.take(() -> onCall(call));
      taken = true;
      return result;
    } finally {
      if (!taken) {
        dispatch.leave();
      }
    }
  }

  private void onCall(RemoteCall call) {
    boolean wait = dispatch.add(call);
    var refused = dead != null ? dead : drained;
    if (refused != null) {
      dispatch.fail(call, refused);
    } else if (wait && local == null) {
      await(call);
    } else {
      flush();
    }
  }

  private void await(RemoteCall call) {
    call.call().whenReady(() -> turns.take(() -> onReady(call.caller())));
  }

  private void onReady(Object caller) {
    var first = dispatch.letGo(caller);
    if (first != null && local == null) {
      await(first);
    }
    flush();
  }

  private void flush() {
    var to = place;
    var cell = local;
    if (cell != null) {
      dispatch.handOver(cell);
      drainIfDone();
    } else if (to != null && dead == null) {
      dispatch.sendAll(to);
    }
  }

  private void allAnswered() {
    drainIfDone();
    leaveIfUnused();
  }

  /**
   * The host has an outcome: a content or a failure.
   *
   * @param takenIn run when the call has it, and this process holds what the outcome brings: what
   *     is said of that before would be wrong
   */
  void replied(int incarnation, long number, Object outcome, Runnable takenIn) {
    turns.take(() -> {
      try {
        dispatch.answered(incarnation, number, outcome);
      } finally {
        takenIn.run();
      }
    });
  }

  /** The actor was not there; the call has not been run. */
  void missed(int incarnation, long number) {
    turns.take(() -> {
      dispatch.cameBack(incarnation, number);
      forgetPlace(incarnation);
      var why = dead;
      if (why != null) {
        dispatch.failUnsent(why);
      }
      flush();
    });
  }

  private void forgetPlace(int incarnation) {
    lost = Math.max(lost, incarnation);
    var present = place;
    if (present != null && present.incarnation() <= lost) {
      place = null;
    }
  }

  // ---- where the actor is

  /** The owner says, or whoever gave the handle. */
  void heard(Whereabouts news) {
    turns.take(() -> {
      switch (news) {
        case Whereabouts.At(var at) -> onPlace(at);
        case Whereabouts.Nowhere(var gone) -> onLost(gone);
        case Whereabouts.Dead(var why, var over) -> onDead(why, over);
      }
    });
  }

  private void onPlace(Place at) {
    var present = place;
    if (!cluster.isMember(at.node())) { // gone, or not met yet
      unmet = at;
      return;
    }
    boolean old =
        at.incarnation() <= lost || (present != null && at.incarnation() <= present.incarnation());
    if (old || dead != null) {
      return;
    }
    unmet = null;
    onLost(at.incarnation() - 1);
    var cell = cluster.cellAt(at, id());
    if (cell == null && at.node().equals(store().node())) {
      lost = at.incarnation(); // it has died already, and its owner will say so
      return;
    }
    place = at;
    dispatch.moved();
    local = cell;
    flush();
  }

  /** Incarnations up to this one are no more, and nobody knows how far they had come. */
  private void onLost(int incarnation) {
    forgetPlace(incarnation);
    dispatch.lose(at -> at.incarnation() <= incarnation, dead == null);
    flush();
  }

  private void onDead(Failure why, boolean over) {
    if (dead == null) {
      dead = why;
      dispatch.failUnsent(why);
    }
    if (over) {
      ended.complete(null);
    }
  }

  /** A process is there that this one had not met. */
  void joined(NodeId node) {
    turns.take(() -> {
      var at = unmet;
      if (at != null && at.node().equals(node)) {
        onPlace(at);
      }
    });
  }

  /** A process has left the cluster. */
  void left(NodeId node, String who) {
    turns.take(() -> {
      var present = place;
      if (present != null && present.node().equals(node)) {
        onLost(present.incarnation());
      } else { // also where the owner has told of another place, or of the actor's end
        dispatch.lose(at -> at.node().equals(node), dead == null);
      }
      var owner = cluster.ownerOf(id());
      if (passport.heritable()) {
        if (!cluster.isMember(owner)) {
          awaitHeir(who);
        }
      } else if (owner.equals(node) && (!passport.detached() || place == null)) {
        onDead(died("its owner is gone: " + who, null), true);
      } else if (place == null && dead == null && !cluster.isMember(owner)) {
        onDead(died("its host is gone: " + who + "; and its owner is gone, too", null), true);
      }
      flush();
    });
  }

  /** Another node owns it, or will: one of those who are left, or nobody. */
  private void awaitHeir(String who) {
    if (awaitsHeir || dead != null) {
      return;
    }
    awaitsHeir = true;
    cluster.askWhoOwns(id());
    cluster
        .engine()
        .after(
            SUCCESSION,
            () -> turns.take(() -> {
              boolean still = awaitsHeir;
              awaitsHeir = false;
              if (still && place == null) {
                onDead(
                    died("its owner is gone: " + who + "; and nobody has taken it over", null),
                    true);
              }
            }));
  }

  /** Another node owns it: that one counts this process's handles, and says where it is. */
  void ownedBy() {
    turns.take(() -> {
      awaitsHeir = false;
      if (held) {
        cluster.hold(this);
      }
    });
  }

  // ---- the end

  @Override
  public void cancel(long task, boolean recursive) {
    turns.take(() -> {
      var call = dispatch.find(task);
      var cell = local;
      if (call == null) {
        if (cell != null) {
          cell.cancel(task, recursive);
        }
        return;
      }
      var to = call.sentTo();
      if (to != null) {
        cluster.cancel(to, id(), call.result().id(), recursive);
      }
      dispatch.fail(
          call,
          new Failure(() -> new TaskCancelledException(
              "Call " + task + " of " + describe() + " was cancelled.", null)));
      onReady(call.caller());
    });
  }

  @Override
  public void kill() {
    end(died("it was killed", null), "it was killed");
  }

  private void end(Failure why, String how) {
    var cell = local;
    if (cell != null) {
      cell.endsByUser();
      if (passport.durable()) { // its owner is not to take this for a death of something
        turns.take(() -> cluster.owners().kill(passport, place, how));
      }
      cell.kill(why);
      return;
    }
    turns.take(() -> {
      if (dead == null) {
        onDead(why, false);
        dispatch.failAll(why);
        cluster.owners().kill(passport, place, how);
      }
    });
  }

  @Override
  public CompletableFuture<@Nullable Void> drain(Duration limit) {
    if (limit.isNegative()) {
      throw new InvalidRequestException("Wanted " + describe() + " drained within " + limit
          + ": a limit cannot be negative. Use kill() to end it at once.");
    }
    var cell = local;
    if (cell != null) {
      var gone = cell.drain(limit);
      if (passport.durable()) { // whoever wants its name has to wait
        turns.take(() -> cluster.owners().drain(passport, place, "it was drained"));
      }
      return gone;
    }
    var late = "it was drained, and not done within " + limit;
    var cancel = cluster.engine().after(limit, () -> end(died(late, null), late));
    turns.take(() -> {
      if (drained == null && dead == null) {
        drained = died("it was drained", null);
        drainIfDone();
      }
    });
    return ended.whenCompleteAsync((nothing, failure) -> cancel.run(), store()::callback);
  }

  /** What this process has called is answered: the host may end. */
  private void drainIfDone() {
    if (drained != null && !drainSent && dead == null && dispatch.isEmpty()) {
      drainSent = true;
      cluster.owners().drain(passport, place, "it was drained");
    }
  }

  /** The runtime closes: nothing will be answered any more. */
  void close(Supplier<MobulaException> why) {
    turns.take(() -> {
      onDead(new Failure(why), true);
      dispatch.failAll(new Failure(why));
    });
  }

  /** The calls of this process that wait for the actor to have a place, as one entry. */
  Optional<WaitingWork> waiting() {
    int count = dispatch.pending();
    return count == 0 || place != null || dead != null
        ? Optional.empty()
        : Optional.of(CallsWaiting.of(count, describe(), "it has no place at the moment"));
  }

  /** Whether nothing is left of it, as far as this process knows. */
  boolean isOver() {
    return ended.isDone();
  }

  /** Whether it takes calls, as far as this process knows. */
  boolean isOpen() {
    var cell = local;
    return cell == null ? dead == null && drained == null : cell.isOpen();
  }

  private Failure died(String how, @Nullable Throwable cause) {
    return new Failure(() -> passport.died(how, cause));
  }

  @Override
  public WaitStep waitStep(ObjectId wanted) {
    var known = local;
    if (known != null && known.has(wanted)) {
      return known.waitStep(wanted);
    }
    return WaitStep.asking("call " + wanted + " of " + describe() + " was made", () -> {
      var answer = new CompletableFuture<WaitStep>();
      turns.take(() -> answer.complete(explain(wanted)));
      return answer;
    });
  }

  private WaitStep explain(ObjectId wanted) {
    var call = dispatch.find(wanted.task());
    var cell = local;
    if (call == null) {
      return cell == null
          ? WaitStep.end("nothing is known of it here any more", WaitCause.NOBODY)
          : cell.waitStep(wanted);
    }
    return explain(call).marked(call.attempts()).since(call.since());
  }

  private WaitStep explain(RemoteCall call) {
    var to = call.sentTo();
    if (to != null) {
      return WaitStep.elsewhere(
          "it was sent to node " + to.node(),
          to.node(),
          WaitStep.Work.value(call.result().id()));
    }
    var first = dispatch.firstWaiting(call.caller());
    var missing = (first == null ? call : first).call().missingArguments();
    if (!missing.isEmpty()) {
      return WaitStep.via("it, or a call before it, waits for an argument", missing);
    }
    if (place != null && dead == null) {
      return cluster.isMember(place.node())
          ? WaitStep.end("it could be sent to node " + place.node() + ", and is not", WaitCause.NOBODY)
          : WaitStep.end("its actor has lost its place", WaitCause.UNKNOWN);
    }
    var owner = cluster.owners().find(id());
    return owner == null
        ? WaitStep.anythingOf(
            "node " + cluster.ownerOf(id()) + " has to say where the actor is",
            cluster.ownerOf(id()))
        : WaitStep.via("its actor has no place", owner);
  }

  /** The unanswered calls of this process that are not its cell's, as soon as it can say. */
  CompletionStage<List<ObjectEntry>> unanswered() {
    var answer = new CompletableFuture<List<ObjectEntry>>();
    turns.take(
        () -> answer.complete(dispatch.all().stream().map(RemoteCall::result).toList()));
    return answer;
  }

  /** Known before the owner has told where the actor is, so that no cycle is overlooked. */
  @Override
  public @Nullable Execution running(ObjectId wanted) {
    var known = local;
    var cell = known == null ? cluster.cellHere(id()) : known;
    return cell == null ? null : cell.running(wanted);
  }

  @Override
  public @Nullable Lead lead(ObjectId wanted) {
    var host = place;
    return host == null ? null : new Lead(host.node(), wanted);
  }
}
