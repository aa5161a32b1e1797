package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.error.StoreException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.memory.AttachResult;
import io.mobula.internal.memory.PeerStore;
import io.mobula.internal.sharing.PullRegistry.Grant;
import io.mobula.internal.sharing.PullRegistry.ObjectAttempt;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Coordinator of one pull per host: processes that share their memory agree on which of them pulls
 * an object of another host, and the others read that copy in place. For each object one process
 * keeps the {@link PullRegistry}; all of them compute the same one. If a process dies, those that
 * wait for it ask again. Safe for all threads; nothing blocks.
 */
final class HostPullCoordinator implements Membership.Listener, AutoCloseable {
  private static final long NOBODY = 0;
  private static final int MAX_ROUNDS = 8;

  private final LocalCopies localCopies;
  private final ObjectPuller puller;
  private final SameHostPeers hostPeers;
  private final ObjectStore store;
  private final Membership membership;
  private final NodeId self;
  private final NodeMessaging messaging;
  private final PullRegistry register = new PullRegistry();
  private final Map<ObjectAttempt, PullRequest> requests = new ConcurrentHashMap<>();

  /** Reply that a pull request waits for, and from which process. */
  private sealed interface ExpectedReply {
    NodeId of();

    /** Reply of the registrar, which names the process that pulls. */
    record GrantReply(NodeId of) implements ExpectedReply {}

    /** Reply of a process that has a copy, with its location. */
    record CopyReply(NodeId of) implements ExpectedReply {}

    /** End of a pull by this process. */
    record LocalPull(NodeId of) implements ExpectedReply {}
  }

  HostPullCoordinator(
      LocalCopies localCopies,
      ObjectPuller puller,
      SameHostPeers hostPeers,
      ObjectStore store,
      NodeMessaging messaging) {
    this.localCopies = localCopies;
    this.puller = puller;
    this.hostPeers = hostPeers;
    this.store = store;
    this.membership = messaging.membership();
    this.self = membership.self().id();
    this.messaging = messaging;
  }

  /** Listens to other processes from now on; called after the peers of this host listen. */
  void listen() {
    messaging
        .on(FrameKind.PULL_REQUEST, this::onWant)
        .on(FrameKind.PULL_GRANT, this::onGrant)
        .on(FrameKind.PULL_ENDED, this::onEnded)
        .on(FrameKind.COPY_QUERY, this::onCopy)
        .on(FrameKind.COPY_REPLY, this::onCopied);
    membership.subscribe(this); // after the peers of this host, which first forget who has left
  }

  /** Makes the bytes of an object of another host readable here. */
  CompletionStage<ObjectContent> fetch(RemoteObject object) {
    if (hostPeers.readablePeers().isEmpty()) {
      return puller.pull(object);
    }
    var location = object.location();
    var key = new ObjectAttempt(location.id(), location.attempt());
    var fresh = new PullRequest(key, object);
    var present = requests.putIfAbsent(key, fresh);
    if (present != null) { // another remote object of the same id; both need a content of their own
      return present.done.handle((content, failure) -> fetch(object)).thenCompose(next -> next);
    }
    fresh.ask(null);
    return fresh.done;
  }

  /**
   * Returns the process that keeps the registry for this object: the one with the highest hash of
   * object and process.
   */
  private NodeId registrar(ObjectAttempt key) {
    var best = self;
    for (var other : hostPeers.readablePeers()) {
      if (Long.compareUnsigned(hash(key, other), hash(key, best)) > 0) {
        best = other;
      }
    }
    return best;
  }

  private static long hash(ObjectAttempt key, NodeId node) {
    long object =
        mixed(mixed(mixed(key.id().node()) + key.id().task()) + key.id().index());
    return mixed(object ^ mixed(node.incarnation()));
  }

  /** Mixes the bits by the last steps of SplitMix64. */
  private static long mixed(long bits) {
    long first = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    long second = (first ^ (first >>> 27)) * 0x94d049bb133111ebL;
    return second ^ (second >>> 31);
  }

  /**
   * Object that this process wants, and the reply that it waits for; each reply is accepted once.
   */
  private final class PullRequest {
    private final ObjectAttempt key;
    private final RemoteObject object;
    private final CompletableFuture<ObjectContent> done = new CompletableFuture<>();
    private @Nullable ExpectedReply expected;
    private int rounds;

    PullRequest(ObjectAttempt key, RemoteObject object) {
      this.key = key;
      this.object = object;
    }

    /** Asks the registrar which process is to pull the object. */
    void ask(@Nullable NodeId unreadable) {
      var keeper = registrar(key);
      if (++rounds > MAX_ROUNDS) {
        pull();
      } else if (keeper.equals(self)) {
        await(new ExpectedReply.GrantReply(self));
        tell(register.ask(key, self, unreadable));
      } else {
        long lost = unreadable == null ? NOBODY : unreadable.incarnation();
        send(
            new ExpectedReply.GrantReply(keeper),
            frame(FrameKind.PULL_REQUEST, key).int64(lost),
            this::pull);
      }
    }

    private synchronized void await(ExpectedReply what) {
      expected = what;
    }

    /** Returns whether this reply was expected, and expects it no more. */
    synchronized boolean takeExpected(ExpectedReply what) {
      boolean hears = what.equals(expected);
      expected = hears ? null : expected;
      return hears;
    }

    synchronized boolean isPulling() {
      return expected instanceof ExpectedReply.LocalPull;
    }

    /**
     * Sends a request to another process. If that process has left and nobody has handled that yet,
     * runs the alternative instead.
     */
    private void send(ExpectedReply what, FrameWriter question, Runnable otherwise) {
      await(what);
      if (!(hostPeers.readablePeers().contains(what.of())
              && messaging.send(what.of(), question.toBytes()))
          && takeExpected(what)) {
        otherwise.run();
      }
    }

    void granted(NodeId from) {
      if (from.equals(self)) {
        pull();
      } else {
        send(new ExpectedReply.CopyReply(from), frame(FrameKind.COPY_QUERY, key), () -> ask(from));
      }
    }

    private void pull() {
      await(new ExpectedReply.LocalPull(self));
      puller.pull(object).whenComplete((content, failure) -> {
        end(content, failure);
        ended(registrar(key), key, failure == null);
      });
    }

    /** Handles the location that another process has sent, or that it has no copy any more. */
    void onCopyLocation(NodeId from, @Nullable ObjectLocation at) {
      if (at == null) {
        ask(from);
        return;
      }
      hostPeers.attach(from).whenComplete((attached, gone) -> {
        switch (attached) {
          case AttachResult.Attached(var theirs) -> open(theirs, at);
          case AttachResult.NotAttachable _ -> ask(from);
          case null -> ask(from);
        }
      });
    }

    private void open(PeerStore theirs, ObjectLocation at) {
      ObjectContent.Sealed opened;
      try {
        var address = Objects.requireNonNull(at.address(), "a copy is in memory");
        opened = ObjectContent.Sealed.pinned(theirs.open(address), object.edges(), object.views());
      } catch (RuntimeException dropped) { // or its process is dying
        ask(at.holder());
        return;
      }
      end(opened, null);
    }

    void end(@Nullable ObjectContent content, @Nullable Throwable failure) {
      requests.remove(key, this);
      if (failure != null) {
        done.completeExceptionally(failure);
      } else if (!done.complete(content) && content != null) {
        content.discard();
      }
    }

    /** Handles that a process has left, whose reply will not come. */
    void left(NodeId node) {
      if (takeExpected(new ExpectedReply.GrantReply(node))) {
        ask(null);
      } else if (takeExpected(new ExpectedReply.CopyReply(node))) {
        ask(node);
      }
    }
  }

  private static FrameWriter frame(FrameKind kind, ObjectAttempt key) {
    var frame = FrameWriter.of(kind);
    ObjectLocation.write(frame, key.id());
    return frame.int32(key.attempt());
  }

  private static ObjectAttempt key(FrameReader frame) {
    return new ObjectAttempt(ObjectLocation.readId(frame), frame.int32());
  }

  private void tell(@Nullable Grant grant) {
    if (grant == null) {
      return;
    }
    if (grant.who().equals(self)) {
      granted(self, grant.key(), grant.from());
    } else {
      var frame = frame(FrameKind.PULL_GRANT, grant.key()).int64(grant.from().incarnation());
      messaging.send(grant.who(), frame.toBytes());
    }
  }

  private void tell(List<Grant> grants) {
    grants.forEach(this::tell);
  }

  private void onWant(NodeId from, FrameReader frame) {
    var key = key(frame);
    long unreadable = frame.int64();
    tell(register.ask(key, from, unreadable == NOBODY ? null : new NodeId(unreadable)));
    if (membership.peer(from) == null) { // it left before the request was registered
      tell(register.left(from));
    }
  }

  private void onGrant(NodeId keeper, FrameReader frame) {
    granted(keeper, key(frame), new NodeId(frame.int64()));
  }

  private void granted(NodeId keeper, ObjectAttempt key, NodeId from) {
    var request = requests.get(key);
    if (request != null && request.takeExpected(new ExpectedReply.GrantReply(keeper))) {
      request.granted(from);
    } else if (from.equals(self) && (request == null || !request.isPulling())) {
      ended(keeper, key, localCopies.locationNow(key.id(), key.attempt()) != null); // nobody pulls
    }
  }

  private void ended(NodeId keeper, ObjectAttempt key, boolean has) {
    if (keeper.equals(self)) {
      tell(register.ended(key, self, has));
    } else {
      messaging.send(keeper, frame(FrameKind.PULL_ENDED, key).flag(has).toBytes());
    }
  }

  private void onEnded(NodeId from, FrameReader frame) {
    tell(register.ended(key(frame), from, frame.flag()));
  }

  private void onCopy(NodeId from, FrameReader frame) {
    var key = key(frame);
    var at = localCopies.locationNow(key.id(), key.attempt());
    var answer = frame(FrameKind.COPY_REPLY, key).flag(at != null);
    if (at != null) {
      at.write(answer);
    }
    messaging.send(from, answer.toBytes());
  }

  private void onCopied(NodeId from, FrameReader frame) {
    var key = key(frame);
    var at = frame.flag() ? ObjectLocation.read(frame) : null;
    var request = requests.get(key);
    if (request != null && request.takeExpected(new ExpectedReply.CopyReply(from))) {
      store.threads().runFileWork(() -> request.onCopyLocation(from, at));
    }
  }

  @Override
  public void left(Peer peer, String how) {
    tell(register.left(peer.id()));
    for (var request : new ArrayList<>(requests.values())) {
      request.left(peer.id());
    }
  }

  /** Fails all requests that wait for others. */
  @Override
  public void close() {
    for (var request : new ArrayList<>(requests.values())) {
      request.end(null, new StoreException("This node is closing.", null));
    }
  }
}
