package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PendingPeerRequests;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.process.HeapExhaustion;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.store.RefetchSource;
import io.mobula.spi.LocateResult;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.PullSources;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puller of objects of other hosts: asks their holders for transfer endpoints and pulls the bytes
 * into this node's memory. The transfer is started when it is first needed, by this node or by
 * another. Safe for all threads.
 */
final class ObjectPuller implements Membership.Listener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectPuller.class);

  private final LocalCopies localCopies;
  private final ObjectPinRequests pinRequests;
  private final DirectoryClient directoryClient;
  private final ObjectStore store;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final PendingPeerRequests<Integer, String> asked;
  private final Map<NodeId, String> endpoints = new ConcurrentHashMap<>();
  private volatile @Nullable Function<ObjectSource, ObjectTransfer> maker;
  private @Nullable ObjectTransfer transfer;
  private boolean closed;

  ObjectPuller(
      LocalCopies localCopies,
      ObjectPinRequests pinRequests,
      DirectoryClient directoryClient,
      ObjectStore store,
      NodeMessaging messaging) {
    this.localCopies = localCopies;
    this.pinRequests = pinRequests;
    this.directoryClient = directoryClient;
    this.store = store;
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.asked = messaging.requests("its transfer endpoint");
  }

  /** Listens to other processes from now on. */
  void listen() {
    messaging
        .on(FrameKind.ENDPOINT_QUERY, this::onWhere)
        .on(FrameKind.ENDPOINT_REPLY, this::onThere);
    membership.subscribe(this);
  }

  void useTransfer(Function<ObjectSource, ObjectTransfer> with) {
    maker = with;
  }

  private synchronized ObjectTransfer transfer() {
    var with = maker;
    if (closed || with == null) {
      throw new StoreException(
          closed
              ? "This node is closing."
              : "Objects cannot be fetched from another host: mobula-cluster-sharding-store is not on the class path.",
          null);
    }
    if (transfer == null) {
      transfer = with.apply(localCopies::openForTransfer);
    }
    return transfer;
  }

  /** Pulls an object's bytes; the content is this node's own copy. */
  CompletionStage<ObjectContent> pull(RemoteObject object) {
    return pinRequests.pullWithPin(
        object.location(),
        () -> source(object.location())
            .thenComposeAsync(first -> pull(object, first), store.threads()::runInBackground));
  }

  private CompletionStage<ObjectContent> pull(RemoteObject object, SourceEndpoint first) {
    var block = roomFor(object);
    CompletionStage<Void> done;
    try {
      done = begin(object.location(), first, block.segment());
    } catch (RuntimeException | Error e) {
      block.abandon();
      throw e;
    }
    return done.handle((nothing, failure) -> sealed(object, block, failure));
  }

  /**
   * Returns the memory that was allocated for the object if it has the right size, or else
   * allocates memory.
   */
  private WritableBlock roomFor(RemoteObject object) {
    long bytes = object.location().bytes();
    var taken = object.takeRoom();
    if (taken != null && taken.segment().byteSize() == bytes) {
      return taken;
    }
    if (taken != null) {
      taken.abandon();
    }
    return store.allocate(bytes);
  }

  /**
   * Source of an object's bytes.
   *
   * @param endpoint the address of its transfer
   */
  private record SourceEndpoint(NodeId node, String endpoint) {}

  /** Starts a pull from this source and from all others that the directory knows or learns of. */
  private CompletionStage<Void> begin(
      ObjectLocation location, SourceEndpoint first, MemorySegment target) {
    var sources = new PullSources(
        List.of(first.endpoint()),
        found -> others(location, other -> {
          found.accept(other.endpoint());
          tellIfGone(other);
        }));
    var done = transfer()
        .pull(new ObjectPullRequest(
            location.id(), location.attempt(), location.bytes(), sources, target, arrived -> {}))
        .completion();
    tellIfGone(first);
    return done;
  }

  /**
   * Tells the transfer that a source has left; the source may have left before the transfer knew
   * it.
   */
  private void tellIfGone(SourceEndpoint source) {
    if (membership.peer(source.node()) == null) {
      transfer().markLost(source.endpoint(), "its node has left the cluster");
    }
  }

  /** Returns a first source: the known holder, or else any node that has a copy. */
  private CompletionStage<SourceEndpoint> source(ObjectLocation location) {
    return sourceEndpoint(location.holder()).exceptionallyCompose(gone -> {
      var another = new CompletableFuture<SourceEndpoint>();
      others(location, another::complete)
          .whenComplete((nothing, failure) -> another.completeExceptionally(gone));
      return another;
    });
  }

  /** Reports every node that has the same attempt according to the directory. */
  private CompletionStage<?> others(ObjectLocation location, Consumer<SourceEndpoint> found) {
    return directoryClient.locate(location.id()).thenCompose(located -> switch (located) {
      case LocateResult.SealedCopies(var attempt, var bytes, var nodes)
      when attempt == location.attempt() ->
        CompletableFuture.allOf(nodes.stream()
            .filter(node -> !node.equals(membership.self().id()))
            .map(node -> sourceEndpoint(node).thenAccept(found).toCompletableFuture())
            .toArray(CompletableFuture[]::new));
      case LocateResult.SealedCopies _,
          LocateResult.Value _,
          LocateResult.Failure _,
          LocateResult.Lost _ -> CompletableFuture.completedFuture(null);
    });
  }

  private ObjectContent sealed(
      RemoteObject object, WritableBlock block, @Nullable Throwable failure) {
    if (failure != null) {
      object.keepRoom(block); // the next attempt needs it, and frees it at the end
      throw failure instanceof MobulaException known
          ? known
          : new StoreException("Object " + object.location().id() + " was not fetched.", failure);
    }
    var copy = store.converter().createSealed(block.seal(), object.edges(), object.views());
    copy.markSecondary(new CopyRefetchSource(object, copy));
    localCopies.recordCopy(object, copy);
    return copy;
  }

  /** Source of a copy that this node has dropped to free memory. */
  private final class CopyRefetchSource implements RefetchSource {
    private final RemoteObject object;
    private final ObjectContent.Sealed copy;

    CopyRefetchSource(RemoteObject object, ObjectContent.Sealed copy) {
      this.object = object;
      this.copy = copy;
    }

    @Override
    public void onDropped() {
      localCopies.recordDroppedCopy(object);
    }

    @Override
    public void fetch(MemorySegment target) {
      var location = object.location();
      try {
        pinRequests
            .pullWithPin(
                location,
                () -> source(location).thenCompose(first -> begin(location, first, target)))
            .toCompletableFuture()
            .get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WaitInterruptedException(
            "Interrupted while object " + location.id() + " was fetched again.");
      } catch (ExecutionException failed) {
        throw new ObjectLostException(
            "Object " + location.id()
                + " was dropped here to make room, and cannot be fetched again: "
                + failed.getCause(),
            failed.getCause());
      }
      localCopies.recordCopy(object, copy);
    }
  }

  private CompletionStage<SourceEndpoint> sourceEndpoint(NodeId peer) {
    var known = endpoints.get(peer);
    return known != null
        ? CompletableFuture.completedStage(new SourceEndpoint(peer, known))
        : asked
            .ask(
                peer,
                FrameKind.ENDPOINT_QUERY.number(),
                () -> messaging.send(
                    peer, FrameWriter.of(FrameKind.ENDPOINT_QUERY).toBytes()))
            .thenApply(endpoint -> new SourceEndpoint(peer, endpoint));
  }

  private void onWhere(NodeId from, FrameReader frame) {
    store
        .threads()
        .runInBackground(
            () -> { // starting takes a while
              var answer = FrameWriter.of(FrameKind.ENDPOINT_REPLY);
              try {
                answer.text(transfer().endpoint()).text("");
              } catch (Throwable cannot) { // the asking node gets an answer in any case
                HeapExhaustion.exitIfExhausted(cannot);
                if (!(cannot instanceof MobulaException)) {
                  LOG.warn("Node {} cannot be sent the transfer endpoint", from, cannot);
                }
                answer.text(null).text(String.valueOf(cannot.getMessage()));
              }
              messaging.send(from, answer.toBytes());
            });
  }

  private void onThere(NodeId from, FrameReader frame) {
    var endpoint = frame.optionalText();
    var why = frame.text();
    if (endpoint != null) {
      endpoints.put(from, endpoint);
      if (membership.peer(from) == null) { // it left before this was recorded
        endpoints.remove(from);
      }
    }
    var waiting = asked.takeOpen(from, FrameKind.ENDPOINT_QUERY.number());
    if (waiting != null && endpoint != null) {
      waiting.complete(endpoint);
    } else if (waiting != null) {
      waiting.completeExceptionally(
          new StoreException("Node " + from + " gives no objects to other hosts: " + why, null));
    }
  }

  @Override
  public void left(Peer peer, String how) {
    var endpoint = endpoints.remove(peer.id());
    ObjectTransfer present;
    synchronized (this) {
      present = transfer;
    }
    if (endpoint != null && present != null) {
      present.markLost(endpoint, how);
    }
  }

  @Override
  public void close() {
    ObjectTransfer present;
    synchronized (this) {
      closed = true;
      present = transfer;
    }
    if (present != null) {
      present.close();
    }
  }
}
