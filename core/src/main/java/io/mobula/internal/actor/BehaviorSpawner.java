package io.mobula.internal.actor;

import akka.actor.ActorPath;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.Props;
import io.mobula.BehaviorFactory;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.MobulaException;
import io.mobula.error.NodeLostException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Job;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.ledger.Lease;
import io.mobula.internal.placement.ClusterLeaseRequester;
import io.mobula.internal.placement.PlacementGroupCodec;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroupId;
import io.mobula.placement.Resources;
import io.mobula.spi.ActorOptions.Threads;
import io.mobula.spi.RemoteFunction;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Spawner of users' Akka actors. It finds a node for each actor, as for a task, and starts the
 * actor there; the actor's lease lasts until it stops. Safe for all threads; nothing blocks.
 */
final class BehaviorSpawner {
  private final ActorServices services;
  private final ActorRefResolver resolver;
  private final CompletableFuture<ActorRef<BehaviorHost.Command>> host = new CompletableFuture<>();
  private final Map<Long, SpawnRequest<?>> requests = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong();
  private volatile @Nullable ActorPeers peers;

  BehaviorSpawner(ActorServices services) {
    this.services = services;
    this.resolver = services.given().resolver();
    services
        .given()
        .spawner()
        .spawn(BehaviorHost.create(), BehaviorHost.NAME, Props.empty(), host::complete);
  }

  /**
   * Connects the spawner to the cluster, and starts to handle frames.
   *
   * @param leases has the leases of the actors that others send here
   */
  void connect(ActorPeers with, UnclaimedLeases leases) {
    peers = with;
    with.messaging()
        .on(FrameKind.SPAWN_BEHAVIOR, (from, in) -> onSpawn(from, in, with, leases))
        .on(FrameKind.BEHAVIOR_SPAWNED, (from, in) -> onSpawned(from, in, with));
  }

  /** Starts an Akka actor on some node; see {@link io.mobula.MobulaRuntime#spawn}. */
  <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement) {
    if (!ActorPath.isValidPathElement(name)) {
      throw new InvalidRequestException(
          "\"" + name
              + "\" cannot name an Akka actor: letters, digits and -_.*$+:@&=,!~'; may be in it, and it starts with no $.");
    }
    Objects.requireNonNull(factory, "factory");
    Objects.requireNonNull(placement, "placement");
    services.leaseSource().requireSchedulable(placement, resources, () -> "Behavior " + name);
    RemoteFunction maker = nothing -> factory.create();
    var call = services.binder().bind(maker);
    var request = new SpawnRequest<T>(numbers.incrementAndGet(), name, resources, placement, call);
    requests.put(request.number, request);
    services.leaseSource().acquire(request);
    return request.result.whenCompleteAsync(
        (child, failure) -> {}, services.store().threads()::runCallback);
  }

  void left(NodeId node, String who) {
    for (var request : requests.values()) {
      if (node.equals(request.sentTo)) {
        request.fail(new NodeLostException(request.description()
            + " may or may not have been started: its node is gone, " + who + "."));
      }
    }
  }

  /** Stops the actors here that live in a placement group, as it is removed. */
  void stopGroup(PlacementGroupId group) {
    var _ = host.thenAccept(actor -> actor.tell(new BehaviorHost.End(group)));
  }

  private static @Nullable PlacementGroupId groupOf(Placement placement) {
    return placement instanceof Placement.Group placed ? placed.group().id() : null;
  }

  void close(Supplier<? extends MobulaException> why) {
    requests.values().forEach(request -> request.fail(why.get()));
  }

  /**
   * Starts an actor here; the lease ends with it. The factory is user code and runs on a thread for
   * actors' methods, as one that blocks would otherwise keep all others from starting.
   */
  private <T> void start(
      String name,
      BoundCall call,
      Lease lease,
      Placement placement,
      BehaviorHost.ChildListener<T> listener) {
    var holding = new BehaviorHost.ChildListener<T>() {
      @Override
      public void started(ActorRef<T> child) {
        listener.started(child);
      }

      @Override
      public void failed(Throwable why) {
        listener.failed(why);
      }

      @Override
      public void ended() {
        lease.release();
        call.release();
        listener.ended();
      }
    };
    try {
      services.threads().pool().execute(() -> start(name, call, placement, holding));
    } catch (RejectedExecutionException | OutOfMemoryError none) {
      // the pool is closing, or the system has no more threads
      holding.failed(none);
      holding.ended();
    }
  }

  private <T> void start(
      String name, BoundCall call, Placement placement, BehaviorHost.ChildListener<T> listener) {
    Behavior<T> behavior;
    try {
      behavior = FatalErrorInterceptor.around(
          name, Behavior.validateAsInitial(BehaviorSpawner.made(call)));
    } catch (Throwable thrown) { // whatever the user's factory throws
      listener.failed(thrown);
      listener.ended();
      return;
    }
    var group = groupOf(placement);
    var props = MethodThreads.dispatcher(Threads.SHARED);
    var _ = host.thenAccept(
        actor -> actor.tell(new BehaviorHost.Start<>(name, behavior, props, group, listener)));
    if (group != null && services.leaseSource().refusalFor(placement) != null) {
      stopGroup(group); // the group may have ended before the actor was registered
    }
  }

  @SuppressWarnings("unchecked") // by the type of the factory
  private static <T> Behavior<T> made(BoundCall call) throws Exception {
    return (Behavior<T>) Objects.requireNonNull(call.invoke(), "the factory gave null");
  }

  private static TaskFailedException failure(String name, Throwable why) {
    var captured = CapturedThrowable.of(why);
    return new TaskFailedException(
        "Behavior " + name + " cannot be started: " + captured.text(), captured.exception());
  }

  // ---- frames

  private void onSpawn(NodeId from, FrameReader in, ActorPeers with, UnclaimedLeases leases) {
    long number = in.int64();
    long leaseNumber = in.int64();
    var name = in.text();
    var lease = leases.take(from, leaseNumber);
    if (lease == null) {
      return; // the submitter has left
    }
    BoundCall call;
    Placement placement;
    try {
      placement = PlacementGroupCodec.orAnywhere(PlacementGroupCodec.read(in));
      call = CallCodec.read(in, services.store(), with.objects(), from);
    } catch (Throwable e) { // a class that is missing here
      lease.release();
      answer(with, from, number, new ObjectFailure(() -> failure(name, e)));
      return;
    }
    start(name, call, lease, placement, new BehaviorHost.ChildListener<Object>() {
      @Override
      public void started(ActorRef<Object> child) {
        with.send(
            from,
            FrameWriter.of(FrameKind.BEHAVIOR_SPAWNED)
                .int64(number)
                .text(resolver.toSerializationFormat(child))
                .toBytes());
      }

      @Override
      public void failed(Throwable why) {
        answer(with, from, number, new ObjectFailure(() -> failure(name, why)));
      }

      @Override
      public void ended() {}
    });
  }

  private static void answer(ActorPeers with, NodeId to, long number, ObjectFailure failure) {
    var frame = FrameWriter.of(FrameKind.BEHAVIOR_SPAWNED).int64(number).text(null);
    with.objects().write(frame, failure, new ObjectId(0, 0, 0));
    with.send(to, frame.toBytes());
  }

  private void onSpawned(NodeId from, FrameReader in, ActorPeers with) {
    var request = requests.get(in.int64());
    if (request != null) {
      services.leaseSource().release(from, request.lease); // the lease belongs to the actor now
      var path = in.optionalText();
      if (path == null) {
        var why = ActorFrames.readFailure(in, with.objects());
        services.store().threads().runCallback(() -> request.fail(why.toException()));
      } else {
        request.resolved(path);
      }
    }
  }

  /** Request for a lease and a node for one actor. */
  private final class SpawnRequest<T> implements ClusterLeaseRequester {
    private final long number;
    private final String name;
    private final Resources resources;
    private final Placement placement;
    private final BoundCall call;
    private final Job job = services.currentJob();
    private final CompletableFuture<ActorRef<T>> result = new CompletableFuture<>();
    private volatile @Nullable NodeId sentTo;
    private volatile long lease;

    SpawnRequest(
        long number, String name, Resources resources, Placement placement, BoundCall call) {
      this.number = number;
      this.name = name;
      this.resources = resources;
      this.placement = placement;
      this.call = call;
    }

    void resolved(String path) {
      done();
      call.release();
      result.complete(resolver.resolveActorRef(path));
    }

    void fail(Throwable why) {
      done();
      result.completeExceptionally(why);
    }

    private void done() {
      requests.remove(number);
    }

    @Override
    public Purpose purpose() {
      return Purpose.ACTOR;
    }

    @Override
    public Job job() {
      return job;
    }

    @Override
    public Placement placement() {
      return placement;
    }

    @Override
    public Resources wanted() {
      return resources;
    }

    @Override
    public boolean holdsForLifetime() {
      return true;
    }

    @Override
    public String description() {
      return "Behavior " + name;
    }

    @Override
    public boolean stillWants() {
      return !result.isDone();
    }

    @Override
    public void recalled(Lease held) {} // an actor keeps its lease

    @Override
    public void granted(Lease granted) {
      start(name, call, granted, placement, new BehaviorHost.ChildListener<T>() {
        @Override
        public void started(ActorRef<T> child) {
          done();
          result.complete(child);
        }

        @Override
        public void failed(Throwable why) {
          fail(failure(name, why));
        }

        @Override
        public void ended() {}
      });
    }

    @Override
    public void grantedAt(NodeId node, long granted) {
      var with = Objects.requireNonNull(peers, "a node alone has no other");
      lease = granted;
      sentTo = node;
      var frame =
          FrameWriter.of(FrameKind.SPAWN_BEHAVIOR).int64(number).int64(granted).text(name);
      PlacementGroupCodec.write(frame, PlacementGroupCodec.of(placement));
      try {
        CallCodec.write(frame, call, with.objects(), node);
      } catch (Throwable e) { // a captured value that cannot be sent
        services.leaseSource().release(node, granted);
        fail(failure(name, e));
        return;
      }
      if (!with.send(node, frame) || !with.isMember(node)) {
        fail(new NodeLostException(description() + " was not started: node " + node + " is gone."));
      }
    }

    @Override
    public void refused(Function<String, MobulaException> why) {
      fail(why.apply(description()));
    }
  }
}
