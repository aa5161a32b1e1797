package io.mobula.internal.actor;

import io.mobula.error.ActorDiedException;
import io.mobula.error.CodecException;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.call.LostArgumentException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Unanswered calls of an {@link ActorClient}: sends, repeats and completes them. Confined to the
 * client's executor.
 */
final class PendingActorCalls {
  private final ActorDescriptor descriptor;
  private final ActorPeers peers;
  private final long stream;
  private final ActorSubmitQueue submitQueue;
  private final PendingCallLimit limit;
  private final Runnable onEmpty;
  private long sent;

  /**
   * Makes an instance without calls.
   *
   * @param stream numbers the clients of this process, so that a host can tell their calls apart
   * @param submitQueue has the calls, which the client adds
   * @param limit counts the calls without an outcome that no local cell has
   * @param onEmpty runs when the last call has its outcome
   */
  PendingActorCalls(
      ActorDescriptor descriptor,
      ActorPeers peers,
      long stream,
      ActorSubmitQueue submitQueue,
      PendingCallLimit limit,
      Runnable onEmpty) {
    this.descriptor = descriptor;
    this.peers = peers;
    this.stream = stream;
    this.submitQueue = submitQueue;
    this.limit = limit;
    this.onEmpty = onEmpty;
  }

  /** Passes all unsent calls to the cell, as the actor lives in this process. */
  void handOverTo(ActorCell cell) {
    for (var call : submitQueue.takeUnsent()) {
      long answered = submitQueue.answeredBefore();
      if (submitQueue.settle(call)) {
        cell.take(new ActorCallRun(
            call.name(),
            call.caller(),
            call.call(),
            new CallPromise.LocalPromise(call.result()),
            new CallOrigin(peers.self(), stream, call.sequence(), answered, call.attempts() > 0)));
        limit.remove(); // only now may later calls go straight to the cell
      }
    }
  }

  /** Restarts the numbering, as the actor has a new address. */
  void moved() {
    sent = 0;
  }

  /**
   * Sends all calls that may be sent. If the host is no member any more, unsent calls wait for the
   * actor's next address: they have certainly not run.
   */
  void sendAll(ActorAddress to) {
    for (var call = submitQueue.next(); call != null; call = submitQueue.next()) {
      if (!send(call, to)) {
        submitQueue.requeue(call);
        return;
      }
    }
  }

  /** Sends a call; returns false if it was not sent. */
  private boolean send(RemoteCall call, ActorAddress to) {
    var failed = call.call().failedArgument();
    if (failed != null) {
      fail(call, LostArgumentException.propagate(failed, describe(call)));
      return true;
    }
    if (!peers.isMember(to.node())) {
      return false;
    }
    FrameWriter frame;
    try {
      frame = callFrame(call, to);
    } catch (Throwable e) { // an argument that cannot be sent
      fail(
          call,
          new ObjectFailure(() -> new CodecException(
              "Call " + call.name() + " of " + descriptor.describe() + " cannot be sent to node "
                  + to.node() + ": " + CapturedThrowable.textOf(e),
              e)));
      return true;
    }
    if (!peers.send(to.node(), frame)) {
      return false;
    }
    sent++;
    call.markSent(to); // an answer is handled in a later action
    return true;
  }

  private FrameWriter callFrame(RemoteCall call, ActorAddress to) {
    var frame = ActorFrames.of(FrameKind.ACTOR_CALL, descriptor.id())
        .int32(to.incarnation())
        .int64(stream)
        .int64(sent + 1);
    ClusterObjects.writeId(frame, call.result().id());
    frame.int64(submitQueue.callerNumber(call)).int32(call.attempts());
    new CallOrigin.SequenceNumbers(call.sequence(), submitQueue.answeredBefore()).write(frame);
    frame.text(call.name());
    CallCodec.lend(frame, call.call(), peers.objects(), to.node());
    return frame;
  }

  /** Asks the host to cancel a call that was sent there. */
  void cancel(RemoteCall call, ActorAddress at, boolean recursive) {
    var frame = ActorFrames.of(FrameKind.CANCEL_CALL, descriptor.id());
    ClusterObjects.writeId(frame, call.result().id());
    peers.send(at.node(), frame.flag(recursive).toBytes());
  }

  // ---- outcomes

  void fail(RemoteCall call, ObjectFailure why) {
    if (submitQueue.settle(call)) {
      call.result().fail(why);
      settled(call);
    }
  }

  /** Fails the calls of a dead actor that were never sent, saying that they have not run. */
  void failUnsent(ObjectFailure why) {
    for (var call : submitQueue.takeUnsent()) {
      fail(call, call.attempts() == 0 ? UnstartedCallFailure.of(call.name(), why) : why);
    }
  }

  void failAll(ObjectFailure why) {
    submitQueue.all().forEach(call -> fail(call, why));
  }

  private void settled(RemoteCall call) {
    limit.remove();
    call.call().release();
    if (submitQueue.isEmpty()) {
      onEmpty.run();
    }
  }

  private String describe(RemoteCall call) {
    return describe(call.name(), descriptor);
  }

  private static String describe(String method, ActorDescriptor actor) {
    return "call " + method + " of " + actor.describe();
  }

  /**
   * Returns the reason why a result cannot be remade. It lives as long as the result, so it must
   * not keep the call with its arguments.
   */
  private static Supplier<String> whyOnce(String method, ActorDescriptor actor) {
    return () ->
        describe(method, actor) + " has returned it, and results of actors are not reconstructed";
  }

  /** Handles an outcome from the host: a content or a failure. */
  void onAnswer(int incarnation, long number, Object outcome) {
    var call = sentTo(incarnation, number);
    if (call != null && submitQueue.settle(call)) {
      if (outcome instanceof ObjectContent content) {
        peers.objects().markNotReconstructible(content, whyOnce(call.name(), descriptor));
        call.result().complete(content);
      } else {
        call.result().fail((ObjectFailure) outcome);
      }
      settled(call);
    } else if (outcome instanceof ObjectContent content) {
      content.discard();
    }
  }

  /** Queues a call again, before all others: the actor was not there, and the call has not run. */
  void requeueRejected(int incarnation, long number) {
    var call = sentTo(incarnation, number);
    if (call != null) {
      call.markRejected();
      submitQueue.requeue(call);
    }
  }

  private @Nullable RemoteCall sentTo(int incarnation, long number) {
    var call = submitQueue.find(number);
    var to = call == null ? null : call.sentTo();
    return to != null && to.incarnation() == incarnation ? call : null;
  }

  /**
   * Handles lost addresses; nobody knows which of the calls sent there have run.
   *
   * @param mayRepeat whether there may be another address
   */
  void retryOrFailLost(Predicate<ActorAddress> gone, boolean mayRepeat) {
    for (var call : submitQueue.sent()) {
      var to = call.sentTo();
      if (to != null && gone.test(to)) {
        call.markLost();
        if (mayRepeat && call.attempts() <= descriptor.maxCallRetries()) {
          submitQueue.requeue(call);
        } else {
          fail(call, new ObjectFailure(() -> unanswered(call, to)));
        }
      }
    }
  }

  private ActorDiedException unanswered(RemoteCall call, ActorAddress at) {
    return new ActorDiedException("Call " + call.name() + " of " + descriptor.describe()
        + " has no answer: its host, node " + at.node()
        + ", died meanwhile. The call may or may not have run; maxCallRetries("
        + descriptor.maxCallRetries() + ") allows no other attempt.");
  }
}
