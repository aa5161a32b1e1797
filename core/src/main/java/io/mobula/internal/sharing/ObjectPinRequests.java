package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreException;
import io.mobula.error.TransferFailedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PeerStore;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Requests to the holder of an object that a full store has spilled: the holder restores the
 * object, replies with its address, and keeps it pinned until the reader has a pin of its own. Safe
 * for all threads; nothing blocks.
 *
 * <p>A remote pin ends when the reader says so, when the reader leaves, or after a timeout. A
 * reader that never reads costs memory for that long, and a reader that is slower sends another
 * request.
 */
final class ObjectPinRequests implements Membership.Listener {
  /** Time within which a reader has to start reading. */
  static final Duration PIN_TIMEOUT = Duration.ofSeconds(10);

  private static final int ABSENT = 0;
  private static final int PRESENT = 1;
  private static final int FAILED = 2;

  private final LocalCopies localCopies;
  private final ObjectStore store;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final AtomicLong numbers = new AtomicLong();
  private final PendingPeerRequests<Long, RemotePin> asked;
  private final Map<PinRequestKey, CompletableFuture<Void>> granted = new ConcurrentHashMap<>();

  /**
   * Key of a request, as each side knows it.
   *
   * @param peer the other side
   * @param number the reader's number of the request
   */
  private record PinRequestKey(NodeId peer, long number) {}

  ObjectPinRequests(LocalCopies localCopies, ObjectStore store, NodeMessaging messaging) {
    this.localCopies = localCopies;
    this.store = store;
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.asked = messaging.requests("a pin request, by number");
  }

  /** Listens to other processes from now on. */
  void listen() {
    messaging
        .on(FrameKind.PIN_REQUEST, this::onPinRequest)
        .on(FrameKind.PIN_REPLY, this::onPinReply)
        .on(FrameKind.UNPIN, this::onUnpin);
    membership.subscribe(this);
  }

  // ---- the reader's side

  /** Pin that the holder keeps for this reader for a while. */
  final class RemotePin {
    private final PinRequestKey key;
    private final ObjectAddress address;

    private RemotePin(PinRequestKey key, ObjectAddress address) {
      this.key = key;
      this.address = address;
    }

    /** Tells the holder that the reader has its own pin, or does not want the object any more. */
    void end() {
      messaging.send(
          key.peer(), FrameWriter.of(FrameKind.UNPIN).int64(key.number()).toBytes());
    }
  }

  /**
   * Opens an object of a process of this host at its known address, or at the address where it is
   * restored.
   */
  CompletionStage<ObjectContent> open(RemoteObject object, PeerStore theirs) {
    var known = object.location().address();
    if (known != null) {
      try {
        return CompletableFuture.completedStage(
            new ObjectContent.Sealed(theirs.open(known), () -> {}, object.edges(), object.views()));
      } catch (IllegalStateException moved) {
        return openPinned(object, theirs);
      } catch (RuntimeException unreadable) {
        return CompletableFuture.failedStage(unreadable);
      }
    }
    return openPinned(object, theirs);
  }

  private CompletionStage<ObjectContent> openPinned(RemoteObject object, PeerStore theirs) {
    return requestPin(object.location()).thenApply(pin -> {
      try {
        object.updateAddress(pin.address);
        return new ObjectContent.Sealed(
            theirs.open(pin.address), pin::end, object.edges(), object.views());
      } catch (RuntimeException e) {
        pin.end();
        throw e;
      }
    });
  }

  /**
   * Pulls an object over the network. If no source has it in memory, requests a pin and pulls
   * again.
   */
  <T> CompletionStage<T> pullWithPin(ObjectLocation location, Supplier<CompletionStage<T>> pull) {
    return pull.get()
        .exceptionallyCompose(failure -> isTransfers(failure)
            ? requestPin(location)
                .thenCompose(pin -> pull.get().whenComplete((done, why) -> pin.end()))
            : CompletableFuture.failedStage(failure));
  }

  private static boolean isTransfers(Throwable failure) {
    for (Throwable why = failure; why != null; why = why.getCause()) {
      if (why instanceof TransferFailedException) {
        return true;
      }
    }
    return false;
  }

  private CompletionStage<RemotePin> requestPin(ObjectLocation location) {
    var ticket = new PinRequestKey(location.holder(), numbers.incrementAndGet());
    var frame = FrameWriter.of(FrameKind.PIN_REQUEST).int64(ticket.number());
    ObjectLocation.write(frame, location.id());
    frame.int32(location.attempt());
    return asked.ask(
        ticket.peer(), ticket.number(), () -> messaging.send(ticket.peer(), frame.toBytes()));
  }

  private void onPinReply(NodeId from, FrameReader frame) {
    var ticket = new PinRequestKey(from, frame.int64());
    var waiting = asked.takeOpen(from, ticket.number());
    switch (frame.octet()) {
      case PRESENT -> {
        var pin =
            new RemotePin(ticket, new ObjectAddress(frame.int64(), frame.int64(), frame.int64()));
        if (waiting == null || !waiting.complete(pin)) {
          pin.end();
        }
      }
      case FAILED ->
        fail(waiting, store.converter().readFailure(frame.block()).toStandInException());
      default -> fail(waiting, new StoreException("Node " + from + ": " + frame.text(), null));
    }
  }

  private static void fail(@Nullable CompletableFuture<RemotePin> waiting, MobulaException why) {
    if (waiting != null) {
      waiting.completeExceptionally(why);
    }
  }

  // ---- the holder's side

  private void onPinRequest(NodeId from, FrameReader frame) {
    var ticket = new PinRequestKey(from, frame.int64());
    var id = ObjectLocation.readId(frame);
    int attempt = frame.int32();
    var sealed = localCopies.copyFor(id, attempt);
    if (sealed == null) {
      localCopies.retractIfDamaged(id); // a reader of this process may have found it damaged
      absent(ticket, "it does not have attempt " + attempt + " of object " + id);
      return;
    }
    var _ = sealed.acquirePinAsync().whenComplete((held, failure) -> {
      if (held != null) {
        grantPin(ticket, held);
      } else {
        var why = failure == null ? null : CapturedThrowable.unwrap(failure);
        refuse(ticket, why, () -> localCopies.onDamaged(id));
      }
    });
  }

  private void grantPin(PinRequestKey key, PinnedObject held) {
    var address = held.address();
    var end = new CompletableFuture<Void>();
    granted.put(key, end);
    var _ = end.completeOnTimeout(null, PIN_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)
        .whenComplete((begun, failure) -> {
          granted.remove(key);
          held.close();
        });
    messaging.send(
        key.peer(),
        answer(key, PRESENT)
            .int64(address.slot())
            .int64(address.generation())
            .int64(address.bytes())
            .toBytes());
    if (membership.peer(key.peer()) == null) {
      end.complete(null);
    }
  }

  private void refuse(PinRequestKey key, @Nullable Throwable why, Runnable harmed) {
    switch (why) {
      case ObjectLostException lost -> {
        harmed.run();
        absent(key, String.valueOf(lost.getMessage()));
      }
      case MobulaException known ->
        messaging.send(
            key.peer(),
            answer(key, FAILED)
                .block(store.converter().flatten(new ObjectFailure(() -> known)))
                .toBytes());
      case null, default -> absent(key, "it cannot be read there: " + why);
    }
  }

  private void absent(PinRequestKey key, String why) {
    messaging.send(key.peer(), answer(key, ABSENT).text(why).toBytes());
  }

  private static FrameWriter answer(PinRequestKey key, int outcome) {
    return FrameWriter.of(FrameKind.PIN_REPLY).int64(key.number()).octet(outcome);
  }

  private void onUnpin(NodeId from, FrameReader frame) {
    end(new PinRequestKey(from, frame.int64()));
  }

  private void end(PinRequestKey key) {
    var present = granted.get(key);
    if (present != null) {
      present.complete(null);
    }
  }

  @Override
  public void left(Peer peer, String how) {
    granted.keySet().stream()
        .filter(key -> key.peer().equals(peer.id()))
        .toList()
        .forEach(this::end);
  }
}
