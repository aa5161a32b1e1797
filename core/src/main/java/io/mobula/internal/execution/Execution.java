package io.mobula.internal.execution;

import io.mobula.ActorHandle;
import io.mobula.Gpu;
import io.mobula.MobulaRuntime;
import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.TaskContext;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementGroup;
import io.mobula.placement.Resources;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a task, or one call of an actor's method, while a thread runs it.
 *
 * <p>The thread that runs it creates it. Cancellation and {@link #waitingOn} may be read from any
 * thread.
 */
public final class Execution implements TaskContext {
  private static final ThreadLocal<@Nullable Execution> CURRENT = new ThreadLocal<>();

  /**
   * Properties of an execution that its user may ask for.
   *
   * @param runtime the runtime that runs it
   * @param id the id of its first result
   * @param name the name in logs
   * @param attempt the number of the attempt, from 1
   * @param resources the resources that it holds
   * @param deadline the instant after which its result is not wanted, or null
   * @param job the job that it works for
   * @param outputLabel the prefix of the lines that it prints
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
  private boolean abortable; // confined to the executing thread

  /**
   * Describes work that is about to run.
   *
   * @param owner the task or actor that the execution belongs to, as the submitter knows it
   */
  public Execution(
      Identity identity, Object owner, CpuHold hold, Supplier<@Nullable ActorHandle<?>> self) {
    this.identity = identity;
    this.owner = owner;
    this.hold = hold;
    this.self = self;
  }

  /** Returns the execution of the calling thread, or null. */
  public static @Nullable Execution current() {
    return CURRENT.get();
  }

  /** Returns the CPU that the calling thread holds and should give back while it waits for long. */
  public static CpuHold currentHold() {
    var present = CURRENT.get();
    return present == null ? CpuHold.NOTHING : present.hold;
  }

  /**
   * Returns the placement of work that the calling thread submits. Work without a placement goes to
   * the placement group of the current execution if that group captures its children.
   */
  public static Placement placementOf(Placement asked) {
    var present = CURRENT.get();
    var group = present == null ? null : present.identity.group();
    return asked instanceof Placement.Anywhere && group != null && group.capturing()
        ? Placement.group(group.group()).capturingChildren()
        : asked;
  }

  /**
   * Runs the body as this execution, in the calling thread. Restores the thread's previous
   * execution and context class loader afterwards.
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
      // even null: removing the entry would make the next execution allocate one again
      CURRENT.set(outer);
    }
  }

  /** Returns the job that it works for. */
  public Job job() {
    return identity.job();
  }

  /** Returns the prefix of the lines that it prints. */
  public String outputLabel() {
    return identity.outputLabel();
  }

  /** Returns the sink of its output, or null if there is none yet. For the executing thread. */
  public @Nullable OutputSink outputSink() {
    return outputSink;
  }

  /** Sets the sink of its output. For the executing thread. */
  public void outputSink(OutputSink with) {
    outputSink = with;
  }

  /**
   * Sends the output so far before anything else that the thread sends. For the executing thread.
   */
  public void flush() {
    if (outputSink != null) {
      outputSink.flush();
    }
  }

  /** Returns the task or actor that it belongs to, as the submitter knows it. */
  public Object owner() {
    return owner;
  }

  /** Returns the CPU and accelerators that it holds. */
  public CpuHold hold() {
    return hold;
  }

  /**
   * Allows this execution to end before its body begins when an argument is missing from where it
   * was known to be. The call then runs again later, and holds nothing while the argument is
   * searched for. For the executing thread.
   */
  public void makeAbortable() {
    abortable = true;
  }

  /**
   * Returns whether the calling thread's execution ends when an argument has to be searched for;
   * see {@link #makeAbortable}.
   */
  public static boolean isAbortable() {
    var present = CURRENT.get();
    return present != null && present.abortable;
  }

  /** Marks the calling thread's execution as an attempt that counts: it has all its arguments. */
  public static void markBodyBegun() {
    var present = CURRENT.get();
    if (present != null) {
      present.abortable = false;
    }
  }

  /** Makes {@link #isCancelled()} return true from now on. */
  public void cancel() {
    cancelled = true;
  }

  /** Returns what it waits for at present, or null. Cycles of waiting actors are found by it. */
  public @Nullable Object waitingOn() {
    return waitingOn;
  }

  /** Records what it waits for; null when it goes on. */
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
