package io.mobula.internal.actor;

import io.mobula.error.ActorDiedException;
import io.mobula.error.CodecException;
import io.mobula.error.PendingCallsExceededException;
import io.mobula.internal.call.LostArgument;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import java.util.Collection;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The unanswered calls of a {@link Route}: sends them, counts them, and sees to their outcomes.
 * Belongs to the route's turns, but for the count.
 */
final class Dispatch {
  private final Passport passport;
  private final ActorCluster cluster;
  private final long stream;
  private final Runnable onEmpty;
  private final Outflow outflow = new Outflow();
  private final AtomicInteger pending = new AtomicInteger();
  private long sent;

  /**
   * Has no calls.
   *
   * @param stream numbers the routes of this process, so that a host tells their calls apart
   * @param onEmpty hears that the last call has its outcome
   */
  Dispatch(Passport passport, ActorCluster cluster, long stream, Runnable onEmpty) {
    this.passport = passport;
    this.cluster = cluster;
    this.stream = stream;
    this.onEmpty = onEmpty;
  }

  // ---- the count; from any thread

  /** Counts a call that is about to come. */
  void enter() {
    if (pending.incrementAndGet() > passport.maxPendingCalls()) {
      pending.decrementAndGet();
      throw new PendingCallsExceededException(
          passport.describe() + " has " + passport.maxPendingCalls()
              + " unanswered calls, as many as its maxPendingCalls allows. Wait for results before calling again.");
    }
  }

  /** A call that was counted does not come. */
  void leave() {
    pending.decrementAndGet();
  }

  /** How many calls were counted and have no outcome, and are not their cell's. */
  int pending() {
    return pending.get();
  }

  /** Whether every call that was counted has its outcome, or is its cell's. */
  boolean isIdle() {
    return pending.get() == 0;
  }

  // ---- calls

  boolean isEmpty() {
    return outflow.isEmpty();
  }

  @Nullable
  RemoteCall find(long number) {
    return outflow.find(number);
  }

  /** Takes a new call; true if its arguments must be awaited. */
  boolean add(RemoteCall call) {
    return outflow.add(call);
  }

  /** See {@link Outflow#firstWaiting}. */
  @Nullable
  RemoteCall firstWaiting(Object caller) {
    return outflow.firstWaiting(caller);
  }

  /** All that have no outcome. */
  Collection<RemoteCall> all() {
    return outflow.all();
  }

  /** See {@link Outflow#letGo}. */
  @Nullable
  RemoteCall letGo(Object caller) {
    return outflow.letGo(caller);
  }

  /** The actor lives here: its cell sees to all calls from now on. */
  void handOver(ActorCell cell) {
    for (var call : outflow.takeUnsent()) {
      long answered = outflow.answeredBefore();
      if (outflow.settle(call)) {
        cell.take(new ActorCallRun(
            call.name(),
            call.caller(),
            call.call(),
            new CallResult.Here(call.result()),
            new CallOrigin(
                cluster.self(), stream, call.sequence(), answered, call.attempts() > 0)));
        pending.decrementAndGet(); // only now may later ones go straight to the cell
      }
    }
  }

  /** The actor has a new place: its host counts from one. */
  void moved() {
    sent = 0;
  }

  /**
   * Sends all that may go. When the host is no member any more, what has not gone waits for the
   * actor's next place: it has certainly not been run.
   */
  void sendAll(Place to) {
    for (var call = outflow.next(); call != null; call = outflow.next()) {
      if (!send(call, to)) {
        outflow.repeat(call);
        return;
      }
    }
  }

  /** False if it has not gone. */
  private boolean send(RemoteCall call, Place to) {
    var failed = call.call().failedArgument();
    if (failed != null) {
      fail(call, LostArgument.passedOn(failed, describe(call)));
      return true;
    }
    if (!cluster.isMember(to.node())) {
      return false;
    }
    FrameWriter frame;
    try {
      frame = cluster.callFrame(
          passport.id(),
          call,
          to,
          new ActorCluster.Numbers(
              stream, sent + 1, outflow.callerNumber(call), outflow.answeredBefore()));
    } catch (Throwable e) { // an argument that cannot travel
      fail(
          call,
          new Failure(() -> new CodecException(
              "Call " + call.name() + " of " + passport.describe() + " cannot be sent to node "
                  + to.node() + ": " + CapturedThrowable.textOf(e),
              e)));
      return true;
    }
    if (!cluster.send(to, frame)) {
      return false;
    }
    sent++;
    call.sent(to); // an answer is heard in a later turn
    return true;
  }

  // ---- outcomes

  void fail(RemoteCall call, Failure why) {
    if (outflow.settle(call)) {
      call.result().fail(why);
      settled(call);
    }
  }

  /** The actor is dead: says of each call that has never gone that it was not run. */
  void failUnsent(Failure why) {
    for (var call : outflow.takeUnsent()) {
      fail(call, call.attempts() == 0 ? NotRun.of(call.name(), why) : why);
    }
  }

  void failAll(Failure why) {
    outflow.all().forEach(call -> fail(call, why));
  }

  private void settled(RemoteCall call) {
    pending.decrementAndGet();
    call.call().release();
    if (outflow.isEmpty()) {
      onEmpty.run();
    }
  }

  private String describe(RemoteCall call) {
    return describe(call.name(), passport);
  }

  private static String describe(String method, Passport actor) {
    return "call " + method + " of " + actor.describe();
  }

  /** Lives as long as the result, so it must not keep the call, which has its arguments. */
  private static Supplier<String> whyOnce(String method, Passport actor) {
    return () ->
        describe(method, actor) + " has returned it, and what an actor returns is not made again";
  }

  /** The host has an outcome: a content or a failure. */
  void answered(int incarnation, long number, Object outcome) {
    var call = sentTo(incarnation, number);
    if (call != null && outflow.settle(call)) {
      if (outcome instanceof Content content) {
        cluster.sharing().madeOnce(content, whyOnce(call.name(), passport));
        call.result().complete(content);
      } else {
        call.result().fail((Failure) outcome);
      }
      settled(call);
    } else if (outcome instanceof Content content) {
      content.discard();
    }
  }

  /** The actor was not there; the call has not been run, and goes again, before all others. */
  void cameBack(int incarnation, long number) {
    var call = sentTo(incarnation, number);
    if (call != null) {
      call.cameBack();
      outflow.repeat(call);
    }
  }

  private @Nullable RemoteCall sentTo(int incarnation, long number) {
    var call = outflow.find(number);
    var to = call == null ? null : call.sentTo();
    return to != null && to.incarnation() == incarnation ? call : null;
  }

  /**
   * Places are no more, and nobody knows how far the calls there had come.
   *
   * @param mayRepeat whether there may be another place
   */
  void lose(Predicate<Place> gone, boolean mayRepeat) {
    for (var call : outflow.sent()) {
      var to = call.sentTo();
      if (to != null && gone.test(to)) {
        call.lost();
        if (mayRepeat && call.attempts() <= passport.maxCallRetries()) {
          outflow.repeat(call);
        } else {
          fail(call, new Failure(() -> unanswered(call, to)));
        }
      }
    }
  }

  private ActorDiedException unanswered(RemoteCall call, Place at) {
    return new ActorDiedException("Call " + call.name() + " of " + passport.describe()
        + " has no answer: its host, node " + at.node()
        + ", died meanwhile. The call may or may not have run; maxCallRetries("
        + passport.maxCallRetries() + ") allows no other attempt.");
  }
}
