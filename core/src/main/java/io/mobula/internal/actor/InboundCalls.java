package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import org.jspecify.annotations.Nullable;

/**
 * Calls of other processes to the actors of this one: takes them in each process's order, and
 * answers or rejects them. Safe for all threads; nothing blocks.
 */
final class InboundCalls {
  private final RoleServices shared;
  private final ActorPeers peers;
  private final KnownActors known;
  private volatile boolean leaving;

  /** Id of another process's client. */
  private record ClientId(NodeId process, long stream) {}

  /** Id of one caller in another process. */
  private record CallerId(NodeId node, long number) {}

  InboundCalls(RoleServices shared) {
    this.shared = shared;
    this.peers = shared.peers();
    this.known = shared.known();
  }

  /** Starts to handle frames. */
  void receive() {
    peers
        .messaging()
        .on(FrameKind.ACTOR_CALL, this::onCall)
        .on(FrameKind.CANCEL_CALL, this::onCancel);
    shared.store().deadlockDetector().addExecutionLookup(this::findBlocker);
  }

  private void onCall(NodeId from, FrameReader in) {
    var id = ActorDescriptor.readId(in);
    int incarnation = in.int32();
    long stream = in.int64();
    long number = in.int64();
    var result = ClusterObjects.readId(in);
    var present = known.hosted().get(id);
    if (present == null || present.address().incarnation() != incarnation || leaving) {
      sendRejected(from, id, incarnation, result);
      return;
    }
    present
        .sequencers()
        .computeIfAbsent(from, key -> new InboundCallSequencer())
        .accept(stream, number, () -> take(present, new ClientId(from, stream), result, in));
  }

  /** Tells the caller that the call has not run and will not run here. */
  private void sendRejected(NodeId caller, ActorId id, int incarnation, ObjectId call) {
    peers.send(
        caller,
        ActorFrames.of(FrameKind.CALL_REJECTED, id)
            .int32(incarnation)
            .int64(call.task())
            .toBytes());
  }

  private void take(HostedActor at, ClientId clientId, ObjectId result, FrameReader in) {
    var from = clientId.process();
    var callerId = new CallerId(from, in.int64());
    int attempts = in.int32();
    var named = CallOrigin.SequenceNumbers.read(in).of(from, clientId.stream(), attempts > 0);
    var answer = new RemotePromise(at, from, result, attempts + 1);
    try {
      var name = in.text();
      var call = CallCodec.read(in, shared.store(), peers.objects(), from);
      var run = new ActorCallRun(name, callerId, call, answer, named);
      run.setAttempts(attempts);
      at.cell().takeRemote(run);
      if (leaving) { // this node may have rejected its calls before that
        at.cell().rejectUnstarted();
      }
    } catch (Throwable e) { // unreadable input fails this call, and no other
      var message = "Call " + result + " of " + at.cell().describe() + " cannot be read on node "
          + at.address().node() + ": " + CapturedThrowable.textOf(e);
      answer.fail(new ObjectFailure(() -> new CodecException(message, e)));
    }
  }

  private void onCancel(NodeId from, FrameReader in) {
    var cell = known.cell(ActorDescriptor.readId(in));
    if (cell != null) {
      cell.cancel(ClusterObjects.readId(in));
    }
  }

  /**
   * Rejects calls of other processes that have not started, as this process is about to leave. The
   * actors' next incarnations run them.
   */
  void leave() {
    leaving = true;
    known.hosted().values().forEach(present -> {
      present.cell().rejectUnstarted();
      present.cell().tell(new ActorBehavior.SaveDue());
    });
  }

  // ---- diagnosis

  /** Returns what an actor here runs while that call of another process waits for it, or null. */
  private @Nullable Execution findBlocker(ObjectId call) {
    for (var present : known.hosted().values()) {
      var running = present.cell().findBlocker(call);
      if (running != null) {
        return running;
      }
    }
    return null;
  }

  /**
   * Returns the point that a call of another process waits for here, or null if the call is not
   * here.
   */
  @Nullable
  WaitPoint pendingHere(NodeId from, ObjectId call) {
    for (var present : known.hosted().values()) {
      if (present.cell().hasCall(call)) {
        return () -> present.cell().waitStep(call);
      }
      var sequencer = present.sequencers().get(from);
      if (sequencer != null && sequencer.hasGap()) {
        return () ->
            WaitStep.end("it may have come before a call that it follows", WaitCause.UNKNOWN);
      }
    }
    return null;
  }

  /** Promise of a call of another process, which gets the outcome in a frame. */
  private final class RemotePromise implements CallPromise {
    private final HostedActor at;
    private final NodeId caller;
    private final ObjectId id;
    private final int attempt;

    RemotePromise(HostedActor at, NodeId caller, ObjectId id, int attempt) {
      this.at = at;
      this.caller = caller;
      this.id = id;
      this.attempt = attempt;
    }

    @Override
    public ObjectId id() {
      return id;
    }

    @Override
    public boolean canRetryElsewhere() {
      return true;
    }

    @Override
    public void retryElsewhere() {
      sendRejected(caller, at.cell().id(), at.address().incarnation(), id);
    }

    @Override
    public void complete(ObjectContent content) {
      if (!peers.isMember(caller)) {
        content.discard();
        return;
      }
      try {
        answer(content);
      } catch (Throwable e) {
        // a ref that cannot leave this node, or a failing hook of a user's class
        fail(new ObjectFailure(() -> new CodecException(
            "The result of call " + id + " cannot be sent to node " + caller + ": "
                + CapturedThrowable.textOf(e),
            e)));
      }
    }

    @Override
    public void fail(ObjectFailure failure) {
      if (!shared.localActors().isClosed() && !isOfClosing(failure)) {
        answer(failure);
      }
    }

    /**
     * Returns whether the failure comes from the end of this process, so that the call may run
     * elsewhere.
     */
    private boolean isOfClosing(ObjectFailure failure) {
      return shared.store().isClosed() && failure.isCausedBy(RuntimeClosedException.class);
    }

    private void answer(Object outcome) {
      var objects = peers.objects();
      var frame = ActorFrames.of(FrameKind.CALL_REPLY, at.cell().id())
          .int32(at.address().incarnation())
          .int64(id.task());
      var release = objects.writeOrLendResult(frame, outcome, id, attempt, caller);
      objects.finishFrame(frame, caller, release);
      objects.send(caller, frame);
    }
  }
}
