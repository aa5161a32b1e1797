package io.mobula.internal.actor;

import io.mobula.ActorHandle;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lookup of living actors by their names, and of handles to them from what this node knows. Safe
 * for all threads; a search by name blocks for the directory of names.
 */
final class ActorLookup implements ActorNameClient.HandleFactory {
  private final LocalActors localActors;
  private final ActorServices services;

  ActorLookup(LocalActors localActors) {
    this.localActors = localActors;
    this.services = localActors.services();
  }

  /** Returns the living actor of that name; see {@link io.mobula.MobulaRuntime#actorNamed}. */
  <A> ActorHandle<A> named(String name, Class<A> type) {
    return this.<A>find(name, type).orElseThrow(() -> services.names().unknown(name));
  }

  /**
   * Returns the living actor of that name, if any; see {@link io.mobula.MobulaRuntime#findActor}.
   */
  <A> Optional<ActorHandle<A>> find(String name, Class<A> type) {
    Objects.requireNonNull(type, "type");
    ActorHandle<A> handle = services.names().find(Objects.requireNonNull(name, "name"), type, this);
    if (handle == null) {
      var why = services.deaths().causeOf(name);
      if (why == null) {
        return Optional.empty();
      }
      throw why.toException();
    }
    var cell = localActors.find(handle.id());
    var instance = cell == null ? null : cell.instanceType();
    if (instance != null && !type.isAssignableFrom(instance)) {
      throw ActorNameClient.otherType(name, instance.getName(), type);
    }
    return Optional.of(handle);
  }

  @Override
  public <A> @Nullable ActorHandle<A> handle(ActorDescriptor.SerializedHandle serializedHandle) {
    var cluster = localActors.cluster();
    var id = serializedHandle.descriptor().id();
    var self = ActorCell.ofCaller(id);
    if (self != null) {
      return self.isOpen() ? self.ownHandle() : null;
    }
    if (cluster != null) {
      return cluster.clients().handleIfOpen(serializedHandle);
    }
    var cell = localActors.find(id);
    return cell == null ? null : cell.handleIfOpen();
  }

  @Override
  public CompletionStage<Boolean> isOpenAtOwner(ActorDescriptor descriptor) {
    var cluster = localActors.cluster();
    return cluster == null || !descriptor.durable()
        ? CompletableFuture.completedStage(true)
        : cluster.openActors().isOpen(descriptor.id());
  }

  @Override
  public boolean stillHoldsName(ActorDescriptor descriptor) {
    var cluster = localActors.cluster();
    return descriptor.name() != null
        && descriptor.durable()
        && !services.deaths().isRecorded(descriptor)
        && (cluster == null || !cluster.clients().isEnded(descriptor.id()));
  }
}
