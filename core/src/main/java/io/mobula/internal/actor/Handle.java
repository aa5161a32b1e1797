package io.mobula.internal.actor;

import io.mobula.ActorHandle;
import io.mobula.ActorId;
import io.mobula.MethodRequest;
import io.mobula.ObjectRef;
import io.mobula.error.ForeignRefException;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.Kept;
import io.mobula.internal.store.ObjectStore;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A handle of this process. All handles to an actor share an anchor; when the anchor is collected,
 * the actor ends. Only what an actor has of itself does not count: it would live for as long as it
 * lives. Such a handle counts as any other as soon as it leaves the actor inside a value.
 */
final class Handle<A> implements ActorHandle<A>, Kept.Keepable {
  private final Anchor anchor;
  private final @Nullable ActorCell own;

  /** What keeps an actor alive while a handle, or a value with one inside, is reachable. */
  record Anchor(Reach reach) {}

  Handle(Anchor anchor) {
    this.anchor = anchor;
    this.own = null;
  }

  /** The handle that an actor has of itself. */
  Handle(ActorCell own) {
    this.anchor = new Anchor(own);
    this.own = own;
  }

  private Reach reach() {
    return anchor.reach();
  }

  @Override
  public ActorId id() {
    return reach().id();
  }

  @Override
  public <R extends @Nullable Object> ObjectRef<R> send(MethodRequest request) {
    try {
      return reach().call(request);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void kill() {
    reach().kill();
  }

  @Override
  public CompletableFuture<@Nullable Void> drain(Duration limit) {
    return reach().drain(limit);
  }

  @Override
  public Kept keep(ObjectStore store) {
    if (reach().store() != store) {
      throw new ForeignRefException("The handle of " + reach().describe()
          + " belongs to another runtime than node " + store.node() + ".");
    }
    var counted = own == null ? null : own.handle();
    return new Edge(counted == null ? anchor : counted.anchor);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Handle<?> that && that.id().equals(id());
  }

  @Override
  public int hashCode() {
    return id().hashCode();
  }

  @Override
  public String toString() {
    return "ActorHandle(" + reach().describe() + ")";
  }

  /** A hold of a value that contains a handle. */
  private record Edge(Anchor anchor) implements Kept {
    @Override
    public Object revive() {
      var self = ActorCell.ofCaller(anchor.reach().id());
      var own = self == null ? null : self.ownHandle();
      return own == null ? new Handle<>(anchor) : own;
    }

    @Override
    public Object target() {
      return anchor.reach().id();
    }

    @Override
    public void release() {} // reachability alone counts

    @Override
    public void export(FrameWriter out) {
      anchor.reach().export(out.octet(HANDLE));
    }
  }
}
