package io.mobula.internal.sharing;

import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreFullException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.memory.AttachResult;
import io.mobula.internal.memory.PeerStore;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Fetcher of values of other processes: in place on the same host, by a pull from another host, and
 * from any other holder if that fails. Safe for all threads; nothing blocks.
 */
final class ObjectFetcher {
  private final ObjectStore store;
  private final Membership membership;
  private final LocalCopies localCopies;
  private final SameHostPeers hostPeers;
  private final ObjectPinRequests pinRequests;
  private final HostPullCoordinator hostPulls;
  private final ObjectResolver resolver;

  ObjectFetcher(
      ObjectStore store,
      Membership membership,
      LocalCopies localCopies,
      SameHostPeers hostPeers,
      ObjectPinRequests pinRequests,
      HostPullCoordinator hostPulls,
      ObjectResolver resolver) {
    this.store = store;
    this.membership = membership;
    this.localCopies = localCopies;
    this.hostPeers = hostPeers;
    this.pinRequests = pinRequests;
    this.hostPulls = hostPulls;
    this.resolver = resolver;
  }

  /** Makes the bytes of the object readable here. */
  void fetch(RemoteObject object, CompletableFuture<ObjectContent> into) {
    var location = object.location();
    if (location.holder().equals(membership.self().id())) {
      useLocalCopy(object, into);
      return;
    }
    hostPeers.attach(location.holder()).whenComplete((attached, gone) -> {
      switch (attached) {
        case AttachResult.Attached(var theirs) -> open(object, theirs, into);
        case AttachResult.NotAttachable notAttachable -> pull(object, into);
        case null -> relocate(object, gone, into);
      }
    });
  }

  /**
   * Looks up another holder of the object, from which it is read from then on. Also completes with
   * true if another call has found one meanwhile.
   */
  CompletionStage<Boolean> locate(RemoteObject object) {
    var last = object.location();
    return resolver
        .resolve(last.id(), last)
        .thenApply(found -> found instanceof ObjectContent.RemoteValue(RemoteObject other)
            && (object.tryMoveTo(other) || !object.location().holder().equals(last.holder())));
  }

  /** Uses the copy of this node, which another lookup has found. */
  private void useLocalCopy(RemoteObject object, CompletableFuture<ObjectContent> into) {
    var own = localCopies.ownCopy(object.location().id());
    if (own != null) {
      object.markBorrowed();
      into.complete(own);
    } else {
      relocate(object, null, into);
    }
  }

  private void open(RemoteObject object, PeerStore theirs, CompletableFuture<ObjectContent> into) {
    pinRequests
        .open(object, theirs)
        .whenComplete(
            (content, unreadable) -> completeOrRelocate(object, content, unreadable, into));
  }

  private void pull(RemoteObject object, CompletableFuture<ObjectContent> into) {
    hostPulls
        .fetch(object)
        .whenComplete((content, failure) -> completeOrRelocate(object, content, failure, into));
  }

  /**
   * Completes the fetch, or looks up another holder if this one cannot give the object. If there is
   * no memory, another holder would not help.
   */
  private void completeOrRelocate(
      RemoteObject object,
      @Nullable ObjectContent content,
      @Nullable Throwable failure,
      CompletableFuture<ObjectContent> into) {
    var why = failure == null ? null : CapturedThrowable.unwrap(failure);
    if (content != null) {
      into.complete(content);
    } else if (why instanceof StoreFullException || (why != null && store.isClosed())) {
      into.completeExceptionally(why);
    } else {
      relocate(object, why, into);
    }
  }

  /** Looks up another holder, once for each one that was tried. */
  private void relocate(
      RemoteObject object, @Nullable Throwable why, CompletableFuture<ObjectContent> into) {
    var location = object.location();
    if (object.isOnLoan()) { // no other process has ever known of it
      into.completeExceptionally(new ObjectLostException(
          "Object " + location.id() + " is lost with node " + location.holder()
              + ", which alone had it: "
              + Objects.requireNonNullElse(
                  object.notReconstructibleReason(), "results of actors cannot be reconstructed")
              + "; call the actor once more.",
          why));
      return;
    }
    if (!object.continueWithout("node " + location.holder() + (why == null ? "" : ": " + why))) {
      return;
    }
    resolver.resolve(location.id(), location).whenComplete((found, failure) -> {
      switch (found) {
        case ObjectContent.RemoteValue(RemoteObject other)
        when !other.equals(object) && other.countRelocation(object) ->
          other.fetch(object.takeRoom()).whenComplete((content, unreadable) -> {
            if (content != null) {
              into.complete(content);
            } else {
              into.completeExceptionally(Objects.requireNonNull(unreadable));
            }
          });
        case ObjectContent.RemoteValue again ->
          into.completeExceptionally(new ObjectLostException(
              "Object " + location.id() + " is reported to be on node "
                  + again.access().holder()
                  + ", as before, but could be had from none that was asked: "
                  + why,
              why));
        case ObjectContent content -> into.complete(content);
        case ObjectFailure lost -> into.completeExceptionally(lost.toException());
        case null, default ->
          into.completeExceptionally(new ObjectLostException(
              "Object " + location.id() + " was on node " + location.holder() + ": " + why,
              failure == null ? why : failure));
      }
    });
  }
}
