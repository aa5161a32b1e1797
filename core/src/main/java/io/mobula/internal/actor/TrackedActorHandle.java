package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.ObjectRef;
import io.mobula.error.ForeignRefException;
import io.mobula.error.InvalidRequestException;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.CallTarget;
import io.mobula.spi.MethodRequest;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Handle of this process. All handles to an actor share a token; when the token is collected, the
 * actor ends. The handle that an actor has of itself does not count, as it would keep the actor
 * alive for ever; such a handle counts like any other once it leaves the actor inside a value.
 */
final class TrackedActorHandle<A> implements CallTarget<A>, HeldRef.Holdable {
  private final ReachabilityToken token;
  private final @Nullable ActorCell own;

  /**
   * Token that keeps an actor alive while a handle, or a value that contains a handle, is
   * reachable.
   */
  record ReachabilityToken(ActorEndpoint endpoint) {}

  TrackedActorHandle(ReachabilityToken token) {
    this.token = token;
    this.own = null;
  }

  /** Makes the handle that an actor has of itself. */
  TrackedActorHandle(ActorCell own) {
    this.token = new ReachabilityToken(own);
    this.own = own;
  }

  private ActorEndpoint endpoint() {
    return token.endpoint();
  }

  @Override
  public ActorId id() {
    return endpoint().id();
  }

  @Override
  public <R extends @Nullable Object> ObjectRef<R> send(MethodRequest request) {
    try {
      return endpoint().call(request);
    } finally {
      Reference.reachabilityFence(this);
    }
  }

  @Override
  public void kill() {
    endpoint().kill();
  }

  @Override
  public CompletableFuture<@Nullable Void> drain(Duration limit) {
    if (limit.isNegative()) {
      throw new InvalidRequestException("Wanted " + endpoint().describe() + " drained within "
          + limit + ": a limit cannot be negative. Use kill() to end it at once.");
    }
    return endpoint().drain(limit);
  }

  @Override
  public HeldRef hold(ObjectStore store) {
    if (endpoint().store() != store) {
      throw new ForeignRefException("The handle of " + endpoint().describe()
          + " belongs to another runtime than node " + store.node() + ".");
    }
    var counted = own == null ? null : own.handle();
    return new HeldHandle(counted == null ? token : counted.token);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof TrackedActorHandle<?> that && that.id().equals(id());
  }

  @Override
  public int hashCode() {
    return id().hashCode();
  }

  @Override
  public String toString() {
    return "ActorHandle(" + endpoint().describe() + ")";
  }

  /** Hold of a handle by a value that contains it. */
  private record HeldHandle(ReachabilityToken token) implements HeldRef {
    @Override
    public Object newReference() {
      var self = ActorCell.ofCaller(token.endpoint().id());
      var own = self == null ? null : self.ownHandle();
      return own == null ? new TrackedActorHandle<>(token) : own;
    }

    @Override
    public Object target() {
      return token.endpoint().id();
    }

    @Override
    public void release() {} // only reachability counts

    @Override
    public void export(FrameWriter out) {
      token.endpoint().export(out.octet(HANDLE));
    }
  }
}
