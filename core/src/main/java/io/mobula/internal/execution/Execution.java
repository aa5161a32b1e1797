package io.mobula.internal.execution;

import io.mobula.ActorHandle;
import io.mobula.Gpu;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.Placement;
import io.mobula.PlacementGroup;
import io.mobula.Resources;
import io.mobula.TaskContext;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a task, or one call of an actor's method, while a thread runs it.
 *
 * <p>Made by the thread that runs it. Cancellation and {@link #waitingOn} may be read from any
 * thread.
 */
public final class Execution implements TaskContext {
  private static final ThreadLocal<@Nullable Execution> CURRENT = new ThreadLocal<>();

  /**
   * What an execution is, as its user may ask.
   *
   * @param runtime who runs it
   * @param id its first result
   * @param name what logs call it
   * @param attempt from 1
   * @param resources what it holds
   * @param deadline when its result is no longer wanted, or null
   * @param job on whose behalf
   * @param outputLabel what stands before what it prints
   * @param group the placement group that it runs in, or null
   */
  public record Identity(
      MobulaRuntime runtime,
      ObjectId id,
      String name,
      int attempt,
      Resources resources,
      @Nullable Instant deadline,
      Job job,
      String outputLabel,
      Placement.@Nullable Group group) {}

  private final Identity identity;
  private final Object owner;
  private final CpuHold hold;
  private final Supplier<@Nullable ActorHandle<?>> self;
  private @Nullable OutputSink outputSink;
  private volatile boolean cancelled;
  private volatile @Nullable Object waitingOn;
  private boolean abortable; // of the executing thread

  /**
   * Describes what is about to run.
   *
   * @param owner the task or actor it belongs to, as the submitter knows it
   */
  public Execution(
      Identity identity, Object owner, CpuHold hold, Supplier<@Nullable ActorHandle<?>> self) {
    this.identity = identity;
    this.owner = owner;
    this.hold = hold;
    this.self = self;
  }

  /** What the calling thread runs, or null. */
  public static @Nullable Execution current() {
    return CURRENT.get();
  }

  /** The CPU that the calling thread holds and should give back while it waits for long. */
  public static CpuHold currentHold() {
    var present = CURRENT.get();
    return present == null ? CpuHold.NOTHING : present.hold;
  }

  /**
   * Where work goes that the calling thread submits: to the placement group of what it runs, if
   * that captures its children and they were given no placement.
   */
  public static Placement placementOf(Placement asked) {
    var present = CURRENT.get();
    var group = present == null ? null : present.identity.group();
    return asked instanceof Placement.Anywhere && group != null && group.capturing()
        ? Placement.group(group.group()).capturingChildren()
        : asked;
  }

  /**
   * Runs the body as this execution, in the calling thread. Restores whatever the thread ran
   * before, and its context class loader.
   */
  @SuppressWarnings("ReferenceEquality") // a loader is known by identity
  public <T extends @Nullable Object> T run(Callable<T> body) throws Exception {
    var outer = CURRENT.get();
    var thread = Thread.currentThread();
    var loader = thread.getContextClassLoader();
    CURRENT.set(this);
    try {
      return body.call();
    } finally {
      flush();
      if (thread.getContextClassLoader() != loader) {
        thread.setContextClassLoader(loader);
      }
      CURRENT.set(outer); // even null: removing would make the next one allocate an entry again
    }
  }

  /** On whose behalf it runs. */
  public Job job() {
    return identity.job();
  }

  /** What stands before what it prints. */
  public String outputLabel() {
    return identity.outputLabel();
  }

  /** What takes what it prints, or null. For the executing thread. */
  public @Nullable OutputSink outputSink() {
    return outputSink;
  }

  /** Says what takes what it prints from now on. For the executing thread. */
  public void outputSink(OutputSink with) {
    outputSink = with;
  }

  /** What it has printed leaves before what it sends next. For the executing thread. */
  public void flush() {
    if (outputSink != null) {
      outputSink.flush();
    }
  }

  /** The task or actor it belongs to, as the submitter knows it. */
  public Object owner() {
    return owner;
  }

  /** The CPU it holds. */
  public CpuHold hold() {
    return hold;
  }

  /**
   * Lets this execution end before its body begins, when an argument is not where it was known to
   * be: the call runs again later, and holds nothing while the argument is looked for. For the
   * executing thread.
   */
  public void makeAbortable() {
    abortable = true;
  }

  /**
   * Whether the calling thread's execution ends when an argument has to be looked for; see
   * {@link #abortable}.
   */
  public static boolean isAbortable() {
    var present = CURRENT.get();
    return present != null && present.abortable;
  }

  /**
   * Notes that the calling thread's execution has all its arguments: from now on it is an attempt
   * that counts.
   */
  public static void markBodyBegun() {
    var present = CURRENT.get();
    if (present != null) {
      present.abortable = false;
    }
  }

  /** Makes {@link #isCancelled()} true, for good. */
  public void cancel() {
    cancelled = true;
  }

  /** What it waits for at this moment, or null: how cycles of waiting actors are found. */
  public @Nullable Object waitingOn() {
    return waitingOn;
  }

  /** Notes what it waits for; null when it goes on. */
  public void waitingOn(@Nullable Object what) {
    waitingOn = what;
  }

  @Override
  public NodeId node() {
    return identity.runtime().nodeId();
  }

  @Override
  public ObjectId id() {
    return identity.id();
  }

  @Override
  public String name() {
    return identity.name();
  }

  @Override
  public int attempt() {
    return identity.attempt();
  }

  @Override
  public Resources resources() {
    return identity.resources();
  }

  @Override
  public List<Gpu> gpus() {
    return hold.gpus();
  }

  @Override
  public boolean isCancelled() {
    return cancelled;
  }

  @Override
  public Optional<Instant> deadline() {
    return Optional.ofNullable(identity.deadline());
  }

  @Override
  public Optional<ActorHandle<?>> self() {
    return Optional.ofNullable(self.get());
  }

  @Override
  public Optional<PlacementGroup> placementGroup() {
    return Optional.ofNullable(identity.group()).map(Placement.Group::group);
  }

  @Override
  public MobulaRuntime runtime() {
    return identity.runtime();
  }
}
