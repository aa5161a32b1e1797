package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.memory.Block;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.store.Origin;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.Pull;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Objects of other hosts: asks where their bytes are given out and has them brought into this
 * node's memory. The transfer starts with the first need, here or there. Safe for all threads.
 */
final class Transfers implements Membership.Listener, AutoCloseable {
  private static final int WHERE = 8;
  private static final int THERE = 9;

  private final Sharing sharing;
  private final ObjectStore store;
  private final Lanes lanes;
  private final Map<NodeId, CompletableFuture<String>> endpoints = new ConcurrentHashMap<>();
  private volatile @Nullable Function<ObjectSource, ObjectTransfer> maker;
  private @Nullable ObjectTransfer transfer;
  private boolean closed;

  Transfers(Sharing sharing, ObjectStore store, Membership membership, Lanes lanes, Router router) {
    this.sharing = sharing;
    this.store = store;
    this.lanes = lanes;
    router.on(WHERE, this::onWhere).on(THERE, this::onThere);
    membership.subscribe(this);
  }

  void use(Function<ObjectSource, ObjectTransfer> with) {
    maker = with;
  }

  private synchronized ObjectTransfer transfer() {
    var with = maker;
    if (closed || with == null) {
      throw new StoreException(
          closed
              ? "This node is closing."
              : "Objects cannot be brought from another host: mobula-cluster-sharding-store is not on the class path.",
          null);
    }
    if (transfer == null) {
      transfer = with.apply((id, attempt) -> sharing.opened(id));
    }
    return transfer;
  }

  /** Brings an object's bytes here; the content is this node's own copy. */
  CompletionStage<Content> pull(RemoteObject object) {
    var location = object.location();
    return endpoint(location.at())
        .thenComposeAsync(endpoint -> pull(object, endpoint), store::background);
  }

  private CompletionStage<Content> pull(RemoteObject object, String endpoint) {
    var location = object.location();
    var block = store.room(location.bytes());
    ObjectTransfer.Pulling pulling;
    try {
      pulling = transfer()
          .pull(new Pull(
              location.id(),
              location.attempt(),
              location.bytes(),
              List.of(endpoint),
              block.segment(),
              arrived -> {}));
    } catch (RuntimeException e) {
      block.abandon();
      throw e;
    }
    return pulling.done().handle((nothing, failure) -> sealed(object, block, failure));
  }

  private Content sealed(RemoteObject object, Block block, @Nullable Throwable failure) {
    if (failure != null) {
      block.abandon();
      throw failure instanceof MobulaException known
          ? known
          : new StoreException("Object " + object.location().id() + " was not brought.", failure);
    }
    var copy = store.brought(block, object.edges(), object.views());
    copy.secondary(new Elsewhere(object));
    sharing.copied(object, copy);
    return copy;
  }

  /** Where a copy can be had again when this node has dropped it to make room. */
  private final class Elsewhere implements Origin {
    private final RemoteObject object;

    Elsewhere(RemoteObject object) {
      this.object = object;
    }

    @Override
    public void dropped() {
      sharing.copyDropped(object);
    }

    @Override
    public void fetch(MemorySegment target) {
      var location = object.location();
      try {
        sharing
            .pulling(
                location,
                () -> endpoint(location.at())
                    .thenCompose(endpoint -> transfer()
                        .pull(new Pull(
                            location.id(),
                            location.attempt(),
                            location.bytes(),
                            List.of(endpoint),
                            target,
                            arrived -> {}))
                        .done()))
            .toCompletableFuture()
            .get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WaitInterruptedException(
            "Interrupted while object " + location.id() + " was fetched again.");
      } catch (ExecutionException failed) {
        throw new ObjectLostException(
            "Object " + location.id()
                + " was dropped here to make room, and cannot be fetched again from node "
                + location.at() + ": " + failed.getCause(),
            failed.getCause());
      }
      sharing.copied(object, null);
    }
  }

  private CompletableFuture<String> endpoint(NodeId peer) {
    var fresh = new CompletableFuture<String>();
    var present = endpoints.putIfAbsent(peer, fresh);
    if (present != null) {
      return present;
    }
    if (!lanes.send(peer, new FrameWriter().octet(WHERE).toBytes())) {
      gone(peer);
    }
    return fresh;
  }

  private void gone(NodeId peer) {
    var waiting = endpoints.remove(peer);
    if (waiting != null) {
      waiting.completeExceptionally(
          new StoreException("Node " + peer + " is no member of the cluster any more.", null));
    }
  }

  private void onWhere(NodeId from, FrameReader frame) {
    store.background(
        () -> { // starting takes a while
          var answer = new FrameWriter().octet(THERE);
          try {
            answer.text(transfer().endpoint()).text("");
          } catch (RuntimeException cannot) {
            answer.text(null).text(String.valueOf(cannot.getMessage()));
          }
          lanes.send(from, answer.toBytes());
        });
  }

  private void onThere(NodeId from, FrameReader frame) {
    var endpoint = frame.optionalText();
    var why = frame.text();
    var waiting = endpoints.get(from);
    if (waiting == null) {
      return;
    }
    if (endpoint != null) {
      waiting.complete(endpoint);
    } else {
      endpoints.remove(from);
      waiting.completeExceptionally(
          new StoreException("Node " + from + " gives no objects to other hosts: " + why, null));
    }
  }

  @Override
  public void joined(Peer peer) {}

  @Override
  public void left(Peer peer, String how) {
    var endpoint = endpoints.get(peer.id());
    if (endpoint != null && endpoint.isDone() && !endpoint.isCompletedExceptionally()) {
      ObjectTransfer present;
      synchronized (this) {
        present = transfer;
      }
      if (present != null) {
        present.lost(endpoint.join(), how);
      }
    }
    gone(peer.id());
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
