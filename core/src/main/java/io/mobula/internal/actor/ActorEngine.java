package io.mobula.internal.actor;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.Props;
import io.mobula.ActorHandle;
import io.mobula.ActorId;
import io.mobula.ActorOptions;
import io.mobula.ActorRequest;
import io.mobula.BehaviorFactory;
import io.mobula.MobulaRuntime;
import io.mobula.MobulaRuntime.WaitingWork;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.Placement;
import io.mobula.PlacementGroupId;
import io.mobula.Resources;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.ActorCheckpointException;
import io.mobula.error.MobulaException;
import io.mobula.error.RuntimeClosedException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.checkpoint.ActorFiles;
import io.mobula.internal.checkpoint.CheckpointDirectory;
import io.mobula.internal.checkpoint.CheckpointStore;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.execution.Program;
import io.mobula.internal.placement.Places;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.Awaited;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.ActorNames;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes, finds and ends the actors of one node. Safe for all threads; nothing blocks. */
public final class ActorEngine {
  private static final Logger LOG = LoggerFactory.getLogger(ActorEngine.class);
  private static final int MOST_REPORTED = 1000;
  private static final Duration BETWEEN_RENEWALS = Duration.ofHours(4);
  private static final Duration BETWEEN_MARK_TRIES = Duration.ofSeconds(30);

  private final Parts parts;
  private final ExecutorService threads;
  private final ExecutorService virtualThreads;
  private final AtomicLong numbers = new AtomicLong();
  private final Map<ActorId, ActorCell> cells = new ConcurrentHashMap<>();
  private final Map<String, DurableEnd> ended = new ConcurrentHashMap<>(); // by name
  private final NameDesk names;
  private final Spawning spawning;
  private volatile @Nullable ActorCluster cluster;
  private volatile boolean closed;

  /**
   * What the engine works with.
   *
   * @param runtime what actors see as theirs
   * @param names who has which name
   * @param resolver for refs to Akka actors of other nodes
   * @param program whose those actors are that no task or actor makes
   * @param checkpoints where states of actors are saved, or null: in the store
   * @param after runs something later; what it returns takes that back
   */
  public record Parts(
      MobulaRuntime runtime,
      ObjectStore store,
      BoundCall.Binder binder,
      Places placement,
      BiFunction<Duration, Runnable, Runnable> after,
      Spawner spawner,
      ActorNames names,
      ActorRefResolver resolver,
      Supplier<Program> program,
      @Nullable CheckpointDirectory checkpoints) {}

  /** What a durable actor has died of. */
  private record DurableEnd(ActorId actor, Failure why) {}

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
    this.names = new NameDesk(parts.names(), parts.store().node(), new Opener());
    this.spawning = new Spawning(this, parts.resolver(), parts.spawner());
  }

  /** Actors live on other nodes, too, from now on. */
  public void join(ActorCluster with) {
    cluster = with;
  }

  /** Makes an actor; see {@link MobulaRuntime#create(ActorRequest)}. */
  public <A> ActorHandle<A> create(ActorRequest request) {
    requireOpen();
    var nameOptions = request.options().nameOptions();
    var name = nameOptions.name();
    ActorHandle<A> existing = nameOptions.getIfExists() && name != null ? names.find(name) : null;
    return existing != null ? existing : createNew(request);
  }

  /** See {@link MobulaRuntime#spawn}. */
  public <T> CompletionStage<ActorRef<T>> spawn(
      BehaviorFactory<T> factory, String name, Resources resources, Placement placement) {
    requireOpen();
    return spawning.spawn(factory, name, resources, Execution.placementOf(placement));
  }

  Spawning spawning() {
    return spawning;
  }

  private <A> ActorHandle<A> createNew(ActorRequest request) {
    var options = placed(request.options());
    var type = typeOf(request);
    parts
        .placement()
        .require(
            options.placement(), CellLease.wantedBy(options.resources()), () -> "Actor " + type);
    var call = parts.binder().bind(request.constructor(), request.arguments(), 0);
    requireDurable(options, call, type);
    var id = new ActorId(parts.store().node().incarnation(), numbers.incrementAndGet());
    var passport = Passport.of(id, type, options);
    var present = cluster;
    var recipe = new Recipe(call, options, program());
    Birth<A> birth = present == null ? alone(passport, recipe) : owned(passport, recipe, present);
    ActorHandle<A> other;
    try {
      other = names.claim(passport, options.nameOptions().getIfExists());
    } catch (RuntimeException e) {
      birth.abandon().run();
      throw e;
    }
    if (other == null) {
      forgetFormer(passport);
    }
    (other == null ? birth.start() : birth.abandon()).run();
    return other == null ? birth.handle() : other;
  }

  private static void requireDurable(ActorOptions options, BoundCall call, String type) {
    try {
      DurableActors.require(options, call, type);
    } catch (RuntimeException e) {
      call.release();
      throw e;
    }
  }

  /** Work of a group that captures its children puts them there. */
  private static ActorOptions placed(ActorOptions asked) {
    return new ActorOptions(
        asked.resources(),
        Execution.placementOf(asked.placement()),
        asked.nameOptions(),
        asked.lifetime(),
        asked.execution(),
        asked.checkpointPolicy());
  }

  /** A placement group is no more: what lives in it here dies of that. */
  public void end(PlacementGroupId group, String how, Function<String, MobulaException> why) {
    cells.values().forEach(cell -> {
      if (cell.options().placement() instanceof Placement.Group placed
          && placed.group().id().equals(group)) {
        cell.kill(() -> cell.died(how, why.apply(cell.describe())));
      }
    });
    spawning.end(group);
  }

  /** An actor that is noted, so that others find it by its name, and not made yet. */
  private record Birth<A>(
      ActorHandle<A> handle, Runnable start, Runnable abandon, Consumer<Failure> fail) {}

  private <A> Birth<A> alone(Passport passport, Recipe recipe) {
    var cell = new ActorCell(passport, recipe, this, Overseer.NONE, HostedActor.Past.NONE);
    cells.put(cell.id(), cell);
    Handle<A> handle = Objects.requireNonNull(cell.handle());
    return new Birth<>(
        handle,
        () -> {
          host(cell, 0);
          parts.placement().acquire(cell.lease());
        },
        () -> {
          cells.remove(cell.id());
          recipe.constructor().release();
        },
        cell::kill);
  }

  private <A> Birth<A> owned(Passport passport, Recipe recipe, ActorCluster in) {
    var owner = in.owners().own(passport, recipe);
    return new Birth<>(
        in.handle(Passport.Shown.ofMaker(passport)), owner::start, owner::abandon, owner::fail);
  }

  private static String typeOf(ActorRequest request) {
    var name = BoundCall.nameOf(request.constructor());
    return name.endsWith(".new") ? name.substring(0, name.length() - ".new".length()) : name;
  }

  /** What is registered under a name, as this node knows it. */
  private final class Opener implements NameDesk.Opener {
    @Override
    public <A> @Nullable ActorHandle<A> open(Passport.Shown shown) {
      return ActorEngine.this.open(shown);
    }

    @Override
    public boolean holdsName(Passport passport) {
      var name = passport.name();
      var present = cluster;
      return name != null
          && passport.durable()
          && !isNoted(name, passport.id())
          && (present == null || !present.isOver(passport.id()));
    }
  }

  /** The actor of that passport, unless it is ending as far as this node knows. */
  private <A> @Nullable ActorHandle<A> open(Passport.Shown shown) {
    var present = cluster;
    var self = ActorCell.ofCaller(shown.passport().id());
    if (self != null) {
      return self.isOpen() ? self.ownHandle() : null;
    }
    if (present != null) {
      return present.handleIfOpen(shown);
    }
    var cell = cells.get(shown.passport().id());
    return cell == null ? null : cell.handleIfOpen();
  }

  /**
   * Starts a cell; it is made when its lease is granted.
   *
   * @param restarts how often it has been made anew elsewhere
   */
  void host(ActorCell cell, int restarts) {
    cells.put(cell.id(), cell);
    var execution = cell.options().execution();
    var concurrent = execution.maxConcurrency() == 1 ? null : methodThreads(execution.threads());
    parts
        .spawner()
        .spawn(
            ActorBehavior.create(cell, concurrent, restarts),
            "actor-" + cell.id() + "-" + numbers.incrementAndGet(),
            dispatcher(execution.threads()),
            cell.inbox()::started);
    if (closed) { // close may have looked before it was there
      cell.kill(this::closedException);
    }
    if (cell.isDead()) { // somebody may have found it by its name, and killed it, before
      forget(cell);
    }
  }

  Executor methodThreads(ActorOptions.Threads wanted) {
    return wanted == ActorOptions.Threads.VIRTUAL ? virtualThreads : threads;
  }

  static Props dispatcher(ActorOptions.Threads wanted) {
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
    ActorHandle<A> handle = names.find(Objects.requireNonNull(name, "name"), type);
    if (handle == null) {
      var why = ended.get(name);
      throw why == null ? names.unknown(name) : why.why().raise();
    }
    var cell = cells.get(handle.id());
    var instance = cell == null ? null : cell.instanceType();
    if (instance != null && !type.isAssignableFrom(instance)) {
      throw NameDesk.otherType(name, instance.getName(), type);
    }
    return handle;
  }

  void forget(ActorCell cell) {
    cells.remove(cell.id(), cell);
    if (!closed && cell.isDurablyDead()) {
      noteEnd(cell.passport(), cell.whyDead());
    } else {
      unname(cell.passport());
    }
    parts.placement().lookAgain(cell.options().placement());
  }

  /** This node is about to leave: what it has not begun of others' calls is for others. */
  public void leave() {
    var present = cluster;
    if (present != null) {
      present.hosting().leave();
    }
  }

  /**
   * The calls that wait, by actor: those that have come to it here, and those it has no place for.
   */
  public List<WaitingWork> waiting() {
    var here = cells.values().stream().map(ActorCell::waiting);
    var present = cluster;
    var all = present == null ? here : Stream.concat(here, present.waiting());
    return all.flatMap(Optional::stream).limit(MOST_REPORTED).toList();
  }

  /** The calls without an outcome, in no order. */
  public Stream<Awaited> pending() {
    Stream<Awaited> here = cells.values().stream()
        .flatMap(cell -> cell.unanswered().stream()
            .map(run -> new PendingCall(cell, run.result().id())));
    var present = cluster;
    return present == null ? here : Stream.concat(here, present.pending());
  }

  /** A call that has come to its actor. */
  private record PendingCall(ActorCell cell, ObjectId call) implements Awaited {
    @Override
    public WaitStep waitStep() {
      return cell.has(call)
          ? cell.waitStep(call)
          : WaitStep.end("call " + call + " has its answer", WaitCause.READY);
    }
  }

  /** Ends every actor at once and fails their calls. Does not wait for methods that go on. */
  public void close() {
    closed = true;
    spawning.close(this::closedException);
    var present = cluster;
    if (present != null) {
      present.close(this::closedException);
    }
    cells.values().forEach(cell -> cell.kill(this::closedException));
    names.close();
  }

  private RuntimeClosedException closedException() {
    return new RuntimeClosedException("The runtime of node " + parts.store().node()
        + " was closed before the actor had answered.");
  }

  /** Whose work the calling thread submits. */
  Program program() {
    return Program.present(parts.program().get());
  }

  /** Whether any actor lives here, or is seen to from here. */
  public boolean isBusy() {
    var present = cluster;
    return !cells.isEmpty() || (present != null && !present.owners().isEmpty());
  }

  private void requireOpen() {
    parts.store().requireOpen();
    if (closed) {
      throw closedException();
    }
  }

  @Nullable
  ActorCluster cluster() {
    return cluster;
  }

  Places places() {
    return parts.placement();
  }

  /**
   * A durable actor has died of something: its name stays, for who asks for it to be told why,
   * until another takes it.
   */
  void noteEnd(Passport passport, Failure why) {
    var name = passport.name();
    if (name != null) {
      ended.put(name, new DurableEnd(passport.id(), why));
    }
  }

  /** Whether that durable actor has died of something, and not a former one of its name. */
  private boolean isNoted(String name, ActorId actor) {
    var end = ended.get(name);
    return end != null && end.actor().equals(actor);
  }

  /** Another actor has the name now. */
  private void forgetFormer(Passport passport) {
    var name = passport.name();
    if (name != null) {
      ended.remove(name);
    }
  }

  /** The actor is ending: its name is free, unless its files have to go first. */
  void unname(Passport passport) {
    if (!passport.durable()) {
      names.release(passport);
    }
  }

  /** Nothing is left of the actor: its name stands by this node no more. Has no effect twice. */
  void release(Passport passport) {
    names.release(passport);
  }

  /** The actor's name stands by this node, which hosts or owns it. */
  void standFor(Passport passport, @Nullable Place place, @Nullable Class<?> made) {
    var present = cluster;
    var owner = present == null ? passport.owner() : present.ownerOf(passport.id());
    names.keep(new Passport.Shown(passport, place, owner), made);
  }

  /**
   * This node hosts the actor: its name stands by this node, too.
   *
   * @param made the class of the user's object, or null if it is not made yet
   */
  void keepName(ActorCell cell, Place here, @Nullable Class<?> made) {
    standFor(cell.passport(), here, made);
    if (cell.isDead() && (!cell.passport().durable() || cell.isStopped())) {
      // it may have given its name back before
      names.release(cell.passport());
    }
  }

  boolean isClosed() {
    return closed;
  }

  /** Whether that process is a member of the cluster, as far as this one knows. */
  boolean isMember(NodeId node) {
    var present = cluster;
    return present == null ? node.equals(parts.store().node()) : present.isMember(node);
  }

  // ---- checkpoints

  /** Where the actor's states are kept; null if they are not saved. */
  @Nullable
  CheckpointStore checkpointsOf(ActorCell cell) {
    if (!cell.options().checkpointPolicy().isOn()) {
      return null;
    }
    var files = filesOf(cell.passport());
    return files == null ? new StoreCheckpoints(cell) : files;
  }

  private @Nullable ActorFiles filesOf(Passport passport) {
    var directory = parts.checkpoints();
    if (directory == null) {
      return null;
    }
    var name = passport.name();
    return passport.durable() && name != null
        ? directory.ofName(name, passport.describe())
        : directory.of(passport.id(), passport.describe());
  }

  /** Says on disk how the actor is made, if it outlives its cluster. */
  void define(ActorCell cell) throws Exception {
    if (cell.passport().durable()) {
      DurableActors.define(cell, filesOf(cell.passport()));
    }
  }

  /**
   * This node is about to join: others see that it uses the directory of checkpoints, if it has
   * one.
   */
  public void enterCheckpoints() {
    var directory = parts.checkpoints();
    if (directory != null) {
      directory.enter(parts.store().node());
      renewCheckpoints(directory);
    }
  }

  /** This node has joined, and nobody else is in its cluster. */
  public void removeLeftovers() {
    var directory = parts.checkpoints();
    if (directory != null) {
      var leftovers = directory.leftovers();
      if (!leftovers.isEmpty()) {
        parts.store().background(() -> directory.remove(leftovers));
      }
    }
  }

  private void renewCheckpoints(CheckpointDirectory directory) {
    var _ = after(directory.isMarked() ? BETWEEN_RENEWALS : BETWEEN_MARK_TRIES, () -> {
      if (!closed) {
        parts.store().background(() -> {
          try {
            directory.renew();
          } finally {
            renewCheckpoints(directory);
          }
        });
      }
    });
  }

  /** Its actors have ended: this node saves nothing any more. */
  public void leaveCheckpoints() {
    var directory = parts.checkpoints();
    if (directory != null) {
      directory.leave();
    }
  }

  /** Makes the durable actors again that no node has; when this node has joined. */
  public void restoreDurable() {
    var directory = parts.checkpoints();
    if (directory != null) {
      new DurableActors(this, directory).restoreAll();
    }
  }

  /**
   * Makes a durable actor again, unless another node has done so.
   *
   * @param unreadable why it cannot be made, if so: whoever asks for its name is told
   */
  void restore(
      String type, ActorOptions saved, BoundCall constructor, @Nullable Failure unreadable) {
    var placement = saved.placement() instanceof Placement.Anywhere
        ? Placement.preferring(parts.store().node())
        : saved.placement();
    var options = new ActorOptions(
        saved.resources(),
        placement,
        saved.nameOptions(),
        saved.lifetime(),
        saved.execution(),
        saved.checkpointPolicy());
    var id = new ActorId(parts.store().node().incarnation(), numbers.incrementAndGet());
    var passport = Passport.of(id, type, options);
    var recipe = new Recipe(constructor, options, program());
    var present = cluster;
    Birth<Object> birth =
        present == null ? alone(passport, recipe) : owned(passport, recipe, present);
    ActorHandle<Object> other;
    try {
      other = names.claim(passport, true);
    } catch (RuntimeException e) {
      birth.abandon().run();
      throw e;
    }
    if (other != null) {
      birth.abandon().run();
      return;
    }
    forgetFormer(passport);
    if (unreadable == null) {
      birth.start().run();
    } else {
      birth.fail().accept(unreadable);
    }
  }

  /** The actor has ended for good: its files go, and then its name is free. */
  void deleteFiles(Passport passport) {
    try {
      delete(passport);
    } finally {
      if (passport.durable()) {
        names.release(passport);
      }
    }
  }

  private void delete(Passport passport) {
    var files = filesOf(passport);
    if (files != null) {
      try {
        files.delete();
      } catch (ActorCheckpointException e) {
        LOG.warn("Checkpoints of an actor that has ended stay: {}", e.getMessage());
      }
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
