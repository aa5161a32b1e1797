package io.mobula.internal.actor;

import io.mobula.ActorHandle;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.placement.Placement;
import io.mobula.spi.ActorOptions;
import io.mobula.spi.ActorRequest;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Creator of the actors that programs ask for, and of durable actors when the node starts. It
 * claims an actor's name before it starts the actor. Safe for all threads; blocks for the directory
 * of names.
 */
final class ActorCreator {
  private final LocalActors localActors;
  private final ActorServices services;
  private final ActorLookup lookup;

  ActorCreator(LocalActors localActors, ActorLookup lookup) {
    this.localActors = localActors;
    this.services = localActors.services();
    this.lookup = lookup;
  }

  /** Actor that is registered, so that others find it by name, and not started yet. */
  private record PendingCreation<A>(
      ActorDescriptor descriptor,
      ActorHandle<A> handle,
      Runnable start,
      Runnable abandon,
      Consumer<ObjectFailure> fail) {}

  /** Creates an actor, or returns the existing one of its name if the request allows that. */
  <A> ActorHandle<A> create(ActorRequest request) {
    var name = request.options().name();
    ActorHandle<A> existing = request.options().getIfExists() && name != null
        ? services.names().find(name, lookup)
        : null;
    return existing != null ? existing : createNew(request);
  }

  private <A> ActorHandle<A> createNew(ActorRequest request) {
    var options = request.options();
    var placed = withPlacement(options, Execution.placementOf(options.placement()));
    var type = typeOf(request);
    services
        .leaseSource()
        .requireSchedulable(
            placed.placement(),
            ActorLeaseRequester.wantedBy(placed.resources()),
            () -> "Actor " + type);
    var call = services.binder().bind(request.constructor(), request.arguments(), 0);
    requireDurable(placed, call, type);
    PendingCreation<A> creation = register(type, placed, call);
    var other = claimName(creation, placed.getIfExists());
    if (other != null) {
      return other;
    }
    creation.start().run();
    return creation.handle();
  }

  /**
   * Recreates a durable actor, unless another node has done so.
   *
   * @param unreadable why it cannot be created, or null; those who ask for its name get it
   */
  void restore(
      String type, ActorOptions saved, BoundCall constructor, @Nullable ObjectFailure unreadable) {
    var placement = saved.placement() instanceof Placement.Anywhere
        ? Placement.preferring(services.store().node())
        : saved.placement();
    PendingCreation<Object> creation = register(type, withPlacement(saved, placement), constructor);
    if (!claimRestored(creation)) {
      return;
    }
    if (unreadable == null) {
      creation.start().run();
    } else {
      creation.fail().accept(unreadable);
    }
  }

  private static ActorOptions withPlacement(ActorOptions asked, Placement placement) {
    return asked.with(asked.work().with(placement));
  }

  private static String typeOf(ActorRequest request) {
    var name = BoundCall.nameOf(request.constructor());
    return name.endsWith(".new") ? name.substring(0, name.length() - ".new".length()) : name;
  }

  private static void requireDurable(ActorOptions options, BoundCall call, String type) {
    try {
      DurableActors.require(options, call, type);
    } catch (RuntimeException e) {
      call.release();
      throw e;
    }
  }

  private <A> PendingCreation<A> register(String type, ActorOptions options, BoundCall call) {
    var descriptor = ActorDescriptor.of(localActors.nextId(), type, options);
    var spec = new ActorCreationSpec(call, options, services.currentJob());
    var cluster = localActors.cluster();
    return cluster == null
        ? registerLocal(descriptor, spec)
        : registerOwned(descriptor, spec, cluster);
  }

  private <A> PendingCreation<A> registerLocal(ActorDescriptor descriptor, ActorCreationSpec spec) {
    var cell = localActors.add(descriptor, spec);
    TrackedActorHandle<A> handle = Objects.requireNonNull(cell.handle());
    return new PendingCreation<>(
        descriptor,
        handle,
        () -> {
          localActors.start(cell, 0);
          services.leaseSource().acquire(cell.lease());
        },
        () -> {
          localActors.remove(cell);
          spec.constructor().release();
        },
        cell::kill);
  }

  private static <A> PendingCreation<A> registerOwned(
      ActorDescriptor descriptor, ActorCreationSpec spec, ActorCluster in) {
    var owner = in.ownedActors().own(descriptor, spec);
    return new PendingCreation<>(
        descriptor,
        in.clients().handle(ActorDescriptor.SerializedHandle.ofMaker(descriptor)),
        owner::start,
        owner::abandon,
        owner::fail);
  }

  private boolean claimRestored(PendingCreation<?> creation) {
    boolean won = false;
    try {
      won = services.names().claimRestored(creation.descriptor(), lookup);
    } finally {
      if (!won) {
        creation.abandon().run();
      }
    }
    if (won) {
      services.deaths().forgetFormer(creation.descriptor());
    }
    return won;
  }

  /**
   * Claims the name of a registered actor, if it has one. Abandons the actor and returns the other
   * one if another has the name.
   */
  private <A> @Nullable ActorHandle<A> claimName(PendingCreation<A> creation, boolean getIfExists) {
    ActorHandle<A> other;
    try {
      other = services.names().claim(creation.descriptor(), getIfExists, lookup);
    } catch (RuntimeException e) {
      creation.abandon().run();
      throw e;
    }
    if (other == null) {
      services.deaths().forgetFormer(creation.descriptor());
    } else {
      creation.abandon().run();
    }
    return other;
  }
}
