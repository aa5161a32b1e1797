package io.mobula.internal.sharing;

import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreFullException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.memory.AttachResult;
import io.mobula.internal.memory.PeerStore;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectStore;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of other processes readable here: in place on the same host, pulled from another,
 * and from wherever else they can be had when that fails. Safe for all threads; nothing blocks.
 */
final class Reading {
  private final ObjectStore store;
  private final Membership membership;
  private final Copies copies;
  private final Neighbours neighbours;
  private final Claims claims;
  private final HostPulls hostPulls;
  private final Lookups lookups;

  Reading(
      ObjectStore store,
      Membership membership,
      Copies copies,
      Neighbours neighbours,
      Claims claims,
      HostPulls hostPulls,
      Lookups lookups) {
    this.store = store;
    this.membership = membership;
    this.copies = copies;
    this.neighbours = neighbours;
    this.claims = claims;
    this.hostPulls = hostPulls;
    this.lookups = lookups;
  }

  /** Makes the bytes readable here. */
  void bring(RemoteObject object, CompletableFuture<Content> into) {
    var location = object.location();
    if (location.at().equals(membership.self().id())) {
      borrow(object, into);
      return;
    }
    neighbours.attach(location.at()).whenComplete((attached, gone) -> {
      switch (attached) {
        case AttachResult.Attached(var theirs) -> open(object, theirs, into);
        case AttachResult.NotAttachable notAttachable -> pull(object, into);
        case null -> relocate(object, gone, into);
      }
    });
  }

  /** It is here: another search has found this node. */
  private void borrow(RemoteObject object, CompletableFuture<Content> into) {
    var own = copies.ownCopy(object.location().id());
    if (own != null) {
      object.borrows();
      into.complete(own);
    } else {
      relocate(object, null, into);
    }
  }

  private void open(RemoteObject object, PeerStore theirs, CompletableFuture<Content> into) {
    claims
        .open(object, theirs)
        .whenComplete((content, unreadable) -> brought(object, content, unreadable, into));
  }

  private void pull(RemoteObject object, CompletableFuture<Content> into) {
    hostPulls
        .bring(object)
        .whenComplete((content, failure) -> brought(object, content, failure, into));
  }

  /** Looks elsewhere for what a place does not have; where there is no room nothing else helps. */
  private void brought(
      RemoteObject object,
      @Nullable Content content,
      @Nullable Throwable failure,
      CompletableFuture<Content> into) {
    var why = failure instanceof CompletionException wrapped && wrapped.getCause() != null
        ? wrapped.getCause()
        : failure;
    if (content != null) {
      into.complete(content);
    } else if (why instanceof StoreFullException || (why != null && store.isClosed())) {
      into.completeExceptionally(why);
    } else {
      relocate(object, why, into);
    }
  }

  /** Looks for another copy, once for each place that was tried. */
  private void relocate(
      RemoteObject object, @Nullable Throwable why, CompletableFuture<Content> into) {
    var location = object.location();
    if (object.isOnLoan()) { // nobody else has ever heard of it
      into.completeExceptionally(new ObjectLostException(
          "Object " + location.id() + " is lost with node " + location.at()
              + ", which alone had it: "
              + Objects.requireNonNullElse(
                  object.madeOnce(), "results of actors cannot be made again")
              + "; call the actor once more.",
          why));
      return;
    }
    if (!object.goesOnWithout("node " + location.at() + (why == null ? "" : ": " + why))) {
      return;
    }
    lookups.find(location.id(), location).whenComplete((found, failure) -> {
      switch (found) {
        case Content.Away(RemoteObject other)
        when !other.equals(object) && other.follows(object) ->
          other.bring(object.takeRoom()).whenComplete((content, unreadable) -> {
            if (content != null) {
              into.complete(content);
            } else {
              into.completeExceptionally(Objects.requireNonNull(unreadable));
            }
          });
        case Content.Away again ->
          into.completeExceptionally(new ObjectLostException(
              "Object " + location.id() + " is said to be on node "
                  + again.remote().at() + ", as before, but could be had from none that was asked: "
                  + why,
              why));
        case Content content -> into.complete(content);
        case Failure lost -> into.completeExceptionally(lost.raise());
        case null, default ->
          into.completeExceptionally(new ObjectLostException(
              "Object " + location.id() + " was on node " + location.at() + ": " + why,
              failure == null ? why : failure));
      }
    });
  }
}
