package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreException;
import io.mobula.error.TransferFailedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.PeerStore;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Objects that a full store has moved out of memory, and that other processes are about to read:
 * the process that has one brings it back, says where it is now, and keeps it there until the
 * reader has it pinned. Safe for all threads; nothing blocks.
 *
 * <p>A claim ends when the reader says so, when it leaves, or after a while: a reader that never
 * reads costs memory for that long, and one that reads later than that claims again.
 */
final class Claims implements Membership.Listener {
  /** How long a reader has to begin. */
  static final Duration KEPT = Duration.ofSeconds(10);

  private static final int CLAIM = 13;
  private static final int CLAIMED = 14;
  private static final int BEGUN = 15;

  private static final int ABSENT = 0;
  private static final int PRESENT = 1;
  private static final int FAILED = 2;

  private final Copies copies;
  private final ObjectStore store;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final AtomicLong numbers = new AtomicLong();
  private final PendingPeerRequests<Long, Claim> asked;
  private final Map<Ticket, CompletableFuture<Void>> given = new ConcurrentHashMap<>();

  /**
   * One claim, as each side knows it.
   *
   * @param peer the other side
   * @param number the reader's
   */
  private record Ticket(NodeId peer, long number) {}

  Claims(Copies copies, ObjectStore store, Membership membership, PeerTransport peerTransport, FrameRouter router) {
    this.copies = copies;
    this.store = store;
    this.membership = membership;
    this.peerTransport = peerTransport;
    this.asked = new PendingPeerRequests<>(peerTransport, "a claim, by number");
    router.on(CLAIM, this::onClaim).on(CLAIMED, this::onClaimed).on(BEGUN, this::onBegun);
    membership.subscribe(this);
  }

  // ---- the reader's side

  /** An object that stays in its process's memory for a while. */
  final class Claim {
    private final Ticket ticket;
    private final ObjectAddress address;

    private Claim(Ticket ticket, ObjectAddress address) {
      this.ticket = ticket;
      this.address = address;
    }

    /** The reader has it pinned, or wants it no more. */
    void end() {
      peerTransport.send(
          ticket.peer(), new FrameWriter().octet(BEGUN).int64(ticket.number()).toBytes());
    }
  }

  /** Opens an object of a neighbour where it is said to be, or where it is brought back to. */
  CompletionStage<Content> open(RemoteObject object, PeerStore theirs) {
    var known = object.location().address();
    if (known != null) {
      try {
        return CompletableFuture.completedStage(
            new Content.InStore(theirs.open(known), () -> {}, object.edges(), object.views()));
      } catch (IllegalStateException moved) {
        return claimed(object, theirs);
      } catch (RuntimeException unreadable) {
        return CompletableFuture.failedStage(unreadable);
      }
    }
    return claimed(object, theirs);
  }

  private CompletionStage<Content> claimed(RemoteObject object, PeerStore theirs) {
    return claim(object.location()).thenApply(claim -> {
      try {
        object.moved(claim.address);
        return new Content.InStore(
            theirs.open(claim.address), claim::end, object.edges(), object.views());
      } catch (RuntimeException e) {
        claim.end();
        throw e;
      }
    });
  }

  /**
   * Reads over the network; once more, with the object claimed, where nobody who was asked had it
   * in memory.
   */
  <T> CompletionStage<T> reading(Location location, Supplier<CompletionStage<T>> pull) {
    return pull.get()
        .exceptionallyCompose(failure -> isTransfers(failure)
            ? claim(location)
                .thenCompose(claim -> pull.get().whenComplete((done, why) -> claim.end()))
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

  private CompletionStage<Claim> claim(Location location) {
    var ticket = new Ticket(location.at(), numbers.incrementAndGet());
    var frame = new FrameWriter().octet(CLAIM).int64(ticket.number());
    Location.write(frame, location.id());
    frame.int32(location.attempt());
    return asked.ask(
        ticket.peer(), ticket.number(), () -> peerTransport.send(ticket.peer(), frame.toBytes()));
  }

  private void onClaimed(NodeId from, FrameReader frame) {
    var ticket = new Ticket(from, frame.int64());
    var waiting = asked.takeOpen(from, ticket.number());
    switch (frame.octet()) {
      case PRESENT -> {
        var claim =
            new Claim(ticket, new ObjectAddress(frame.int64(), frame.int64(), frame.int64()));
        if (waiting == null || !waiting.complete(claim)) {
          claim.end();
        }
      }
      case FAILED -> fail(waiting, store.failure(frame.block()).plain());
      default -> fail(waiting, new StoreException("Node " + from + ": " + frame.text(), null));
    }
  }

  private static void fail(@Nullable CompletableFuture<Claim> waiting, MobulaException why) {
    if (waiting != null) {
      waiting.completeExceptionally(why);
    }
  }

  // ---- the side of the process that has it

  private void onClaim(NodeId from, FrameReader frame) {
    var ticket = new Ticket(from, frame.int64());
    var id = Location.readId(frame);
    int attempt = frame.int32();
    var sealed = copies.copyFor(id, attempt);
    if (sealed == null) {
      absent(ticket, "it does not have attempt " + attempt + " of object " + id);
      return;
    }
    var _ = sealed.recalled().whenComplete((held, failure) -> {
      if (held != null) {
        give(ticket, held);
      } else {
        refuse(ticket, cause(failure), () -> copies.harmed(id));
      }
    });
  }

  private void give(Ticket ticket, PinnedObject held) {
    var address = held.address();
    var end = new CompletableFuture<Void>();
    given.put(ticket, end);
    var _ = end.completeOnTimeout(null, KEPT.toNanos(), TimeUnit.NANOSECONDS)
        .whenComplete((begun, failure) -> {
          given.remove(ticket);
          held.close();
        });
    peerTransport.send(
        ticket.peer(),
        answer(ticket, PRESENT)
            .int64(address.slot())
            .int64(address.generation())
            .int64(address.bytes())
            .toBytes());
    if (membership.peer(ticket.peer()) == null) {
      end.complete(null);
    }
  }

  private void refuse(Ticket ticket, @Nullable Throwable why, Runnable harmed) {
    switch (why) {
      case ObjectLostException lost -> {
        harmed.run();
        absent(ticket, String.valueOf(lost.getMessage()));
      }
      case MobulaException known ->
        peerTransport.send(
            ticket.peer(),
            answer(ticket, FAILED).block(store.flat(new Failure(() -> known))).toBytes());
      case null, default -> absent(ticket, "it cannot be read there: " + why);
    }
  }

  private void absent(Ticket ticket, String why) {
    peerTransport.send(ticket.peer(), answer(ticket, ABSENT).text(why).toBytes());
  }

  private static FrameWriter answer(Ticket ticket, int outcome) {
    return new FrameWriter().octet(CLAIMED).int64(ticket.number()).octet(outcome);
  }

  private void onBegun(NodeId from, FrameReader frame) {
    end(new Ticket(from, frame.int64()));
  }

  private void end(Ticket ticket) {
    var present = given.get(ticket);
    if (present != null) {
      present.complete(null);
    }
  }

  /** What a stage that depends on others has failed with. */
  private static @Nullable Throwable cause(@Nullable Throwable failure) {
    return failure instanceof CompletionException wrapped && wrapped.getCause() != null
        ? wrapped.getCause()
        : failure;
  }

  @Override
  public void joined(Peer peer) {}

  @Override
  public void left(Peer peer, String how) {
    given.keySet().stream()
        .filter(ticket -> ticket.peer().equals(peer.id()))
        .toList()
        .forEach(this::end);
  }
}
