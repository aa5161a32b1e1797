package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import io.mobula.ActorHandle;
import io.mobula.ActorId;
import io.mobula.ActorOptions;
import io.mobula.ActorRequest;
import io.mobula.MobulaRuntime;
import io.mobula.error.ActorNameException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.ledger.Ledger;
import io.mobula.internal.placement.Places;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Makes, finds and ends the actors of one node. Safe for all threads; nothing blocks. */
public final class ActorEngine {
  private final Parts parts;
  private final ExecutorService threads;
  private final ExecutorService virtualThreads;
  private final AtomicLong numbers = new AtomicLong();
  private final Set<ActorCell> cells = ConcurrentHashMap.newKeySet();
  private final Map<String, ActorCell> names = new ConcurrentHashMap<>();
  private volatile boolean closed;

  /**
   * What the engine works with.
   *
   * @param runtime what actors see as theirs
   * @param after runs something later; what it returns takes that back
   */
  public record Parts(
      MobulaRuntime runtime,
      ObjectStore store,
      BoundCall.Binder binder,
      Ledger ledger,
      Places placement,
      BiFunction<Duration, Runnable, Runnable> after,
      Spawner spawner) {}

  /** Starts Akka actors as children of the node. */
  public interface Spawner {
    /** Starts one soon and says when. */
    <T> void spawn(Behavior<T> behavior, String name, Props props, Consumer<ActorRef<T>> then);
  }

  /**
   * Starts nothing.
   *
   * @param threads runs methods of actors that allow several at a time
   * @param virtualThreads the same for actors on virtual threads
   */
  public ActorEngine(Parts parts, ExecutorService threads, ExecutorService virtualThreads) {
    this.parts = parts;
    this.threads = threads;
    this.virtualThreads = virtualThreads;
  }

  /** Makes an actor; see {@link MobulaRuntime#create(ActorRequest)}. */
  public <A> ActorHandle<A> create(ActorRequest request) {
    requireOpen();
    var naming = request.options().naming();
    var existing = naming.getIfExists() ? this.<A>living(naming.name()) : null;
    return existing != null ? existing : createNew(request);
  }

  private <A> ActorHandle<A> createNew(ActorRequest request) {
    var type = typeOf(request);
    var call = parts.binder().bind(request.constructor(), request.arguments(), 0);
    var id = new ActorId(parts.store().node().incarnation(), numbers.incrementAndGet());
    var cell = new ActorCell(id, type, call, request.options(), this);
    try {
      parts
          .placement()
          .require(request.options().placement(), cell.wanted(), () -> "Actor " + type);
      ActorHandle<A> other = claimName(cell);
      if (other != null) {
        call.release();
        return other;
      }
    } catch (RuntimeException e) {
      call.release();
      throw e;
    }
    Handle<A> handle = Objects.requireNonNull(cell.handle());
    start(cell);
    return handle;
  }

  private static String typeOf(ActorRequest request) {
    var name = BoundCall.nameOf(request.constructor());
    return name.endsWith(".new") ? name.substring(0, name.length() - ".new".length()) : name;
  }

  /** Takes the name for this cell. Gives the actor that has it if that is welcome. */
  private <A> @Nullable ActorHandle<A> claimName(ActorCell cell) {
    var name = cell.options().naming().name();
    if (name == null) {
      return null;
    }
    var holder = names.putIfAbsent(name, cell);
    while (holder != null) {
      ActorHandle<A> handle = holder.handleIfOpen();
      if (handle != null && cell.options().naming().getIfExists()) {
        return handle;
      }
      if (handle != null) {
        throw new ActorNameException(
            "The name \"" + name + "\" is taken by living " + holder.describe()
                + ". Choose another, kill that one, or say getIfExists() to use it.");
      }
      names.remove(name, holder); // it is ending
      holder = names.putIfAbsent(name, cell);
    }
    return null;
  }

  private <A> @Nullable ActorHandle<A> living(@Nullable String name) {
    var cell = name == null ? null : names.get(name);
    return cell == null ? null : cell.handleIfOpen();
  }

  private void start(ActorCell cell) {
    cells.add(cell);
    var running = cell.options().running();
    var concurrent = running.maxConcurrency() == 1 ? null : methodThreads(running.threads());
    parts
        .spawner()
        .spawn(
            ActorBehavior.create(cell, concurrent),
            "actor-" + cell.id().number(),
            dispatcher(running.threads()),
            cell::spawned);
    parts.ledger().acquire(cell);
    if (closed) { // close may have looked before it was there
      cell.kill(this::closedException);
    }
    if (cell
        .isDead()) { // somebody may have found it by its name, and killed it, before it was noted
      forget(cell);
    }
  }

  private Executor methodThreads(ActorOptions.Threads wanted) {
    return wanted == ActorOptions.Threads.VIRTUAL ? virtualThreads : threads;
  }

  private static Props dispatcher(ActorOptions.Threads wanted) {
    return DispatcherSelector.fromConfig(
        switch (wanted) {
          case SHARED -> "mobula.actors.shared-dispatcher";
          case DEDICATED -> "mobula.actors.dedicated-dispatcher";
          case VIRTUAL -> "mobula.actors.virtual-dispatcher";
        });
  }

  /** The living actor of that name; see {@link MobulaRuntime#actorNamed}. */
  public <A> ActorHandle<A> named(String name, Class<A> type) {
    requireOpen();
    Objects.requireNonNull(type, "type");
    var cell = names.get(Objects.requireNonNull(name, "name"));
    ActorHandle<A> handle = cell == null ? null : cell.handleIfOpen();
    if (cell == null || handle == null) {
      throw new ActorNameException(
          "No living actor is named \"" + name + "\". There are: " + names.keySet() + ".");
    }
    var instance = cell.instanceType();
    if (instance != null && !type.isAssignableFrom(instance)) {
      throw new ActorNameException("The actor named \"" + name + "\" is a " + instance.getName()
          + ", not a " + type.getName() + ".");
    }
    return handle;
  }

  void forget(ActorCell cell) {
    cells.remove(cell);
    var name = cell.options().naming().name();
    if (name != null) {
      names.remove(name, cell);
    }
    parts.ledger().lookAgain();
  }

  /** Ends every actor at once and fails their calls. Does not wait for methods that go on. */
  public void close() {
    closed = true;
    cells.forEach(cell -> cell.kill(this::closedException));
  }

  private RuntimeClosedException closedException() {
    return new RuntimeClosedException("The runtime of node " + parts.store().node()
        + " was closed before the actor had answered.");
  }

  private void requireOpen() {
    parts.store().requireOpen();
    if (closed) {
      throw closedException();
    }
  }

  void whenUnreachable(Handle.Anchor anchor, Runnable action) {
    parts.store().whenUnreachable(anchor, action);
  }

  ObjectStore store() {
    return parts.store();
  }

  BoundCall.Binder binder() {
    return parts.binder();
  }

  MobulaRuntime runtime() {
    return parts.runtime();
  }

  Runnable after(Duration delay, Runnable action) {
    return parts.after().apply(delay, action);
  }
}
