package io.mobula.testkit.fault;

import io.mobula.NodeId;
import io.mobula.Settings;
import io.mobula.error.ProcessException;
import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import io.mobula.internal.process.WorkerMain;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Node of a cluster under faults, or a driver outside this JVM: a sequence of processes at the same
 * address, each started when the previous one has ended. Their output goes to one file. Safe for
 * all threads.
 */
public final class ClusterMember implements AutoCloseable {
  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration LEAVE = Duration.ofSeconds(40);

  private final String name;
  private final int index;
  private final IntFunction<Settings> settings;
  private final ChildPlan plan;
  private final PrintWriter log;
  private ChildJvm process;
  private int started;
  private boolean paused;
  private boolean left;
  private boolean cut;
  /** Reason that explains the end of the present process only. */
  private @Nullable EndReason processEndReason;
  /** Reason that explains the end of each process that is started until its expiry. */
  private @Nullable EndReason repeatedEndReason;

  private ClusterMember(int index, ChildPlan plan, IntFunction<Settings> settings, Path file)
      throws IOException {
    this.name = plan.name();
    this.index = index;
    this.settings = settings;
    this.plan = plan;
    this.log = new PrintWriter(
        Files.newBufferedWriter(
            file, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
        true);
    this.process = launch();
  }

  /**
   * Starts the first process without waiting for it.
   *
   * @param plan plan of the processes, which read their settings from standard input
   * @param settings settings of each process, by its number from 1
   * @param logs folder of the file with the output of the processes
   */
  static ClusterMember start(int index, ChildPlan plan, IntFunction<Settings> settings, Path logs)
      throws IOException {
    return new ClusterMember(index, plan, settings, logs.resolve(plan.name() + ".log"));
  }

  private ChildJvm launch() {
    started++;
    log.println("---- " + name() + ", process " + started);
    var launched = ChildJvm.start(plan, (stream, line) -> log.println(stream + " " + line));
    launched.sendLine(WorkerMain.settingsLine(settings.apply(started)));
    return launched;
  }

  /** Returns the name of the member, such as {@code node-2}. */
  public String name() {
    return name;
  }

  /** Returns the number of the member, from 0. */
  public int index() {
    return index;
  }

  private synchronized ChildJvm process() {
    return process;
  }

  /** Returns the incarnation that is in the cluster now, or empty while it starts. */
  public Optional<NodeId> id() {
    var ready = process().ready().toCompletableFuture();
    return ready.isDone() && !ready.isCompletedExceptionally() && process().isAlive()
        ? Optional.of(ready.join().node())
        : Optional.empty();
  }

  /** Returns the process id of the present process. */
  public long pid() {
    return process().pid();
  }

  /**
   * Waits until the present process is a member of the cluster.
   *
   * @throws ProcessException when it is not within three minutes; the message has its last lines
   */
  public NodeId awaitUp() {
    return process().awaitReady(START).node();
  }

  /** Kills the process as {@code kill -9} does. */
  public synchronized void kill() {
    expectEnd("a kill", Duration.ofMinutes(1));
    process.kill();
  }

  /** Stops the process (SIGSTOP). */
  public synchronized void pause() throws IOException {
    paused = true;
    signal("-STOP");
  }

  /** Continues the process (SIGCONT). */
  public synchronized void resume() throws IOException {
    signal("-CONT");
    paused = false;
  }

  /** Records whether the member's host is cut off from other hosts. */
  synchronized void cutOff(boolean now) {
    cut = now;
  }

  /** Returns whether the process is alive but paused or cut off. */
  synchronized boolean isSilent() {
    return paused || cut;
  }

  private void signal(String which) throws IOException {
    if (!process.isAlive()) {
      return;
    }
    var sent = new ProcessBuilder("kill", which, Long.toString(process.pid()))
        .redirectErrorStream(true)
        .start();
    try {
      if (!sent.waitFor(10, TimeUnit.SECONDS) || (sent.exitValue() != 0 && process.isAlive())) {
        throw new IOException("kill " + which + " of " + name() + " failed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while " + name() + " was sent " + which, e);
    }
  }

  /** Expects the end of the present process within {@code within}, for that reason. */
  synchronized void expectEnd(String reason, Duration within) {
    processEndReason = EndReason.within(reason, within);
  }

  /**
   * Expects the end of the present process, and of processes that are started after it, within
   * {@code within}, for that reason: a full disk ends one after the other.
   */
  synchronized void expectRepeatedEnds(String reason, Duration within) {
    repeatedEndReason = EndReason.within(reason, within);
  }

  /**
   * Restarts the process if it has ended and was not asked to {@link #leave}.
   *
   * @return how the process ended, or null if it is running
   */
  synchronized @Nullable ProcessEnd restartIfEnded() {
    if (process.isAlive() || paused || left) {
      return null;
    }
    var end = new ProcessEnd(
        name(), code(process.ended().toCompletableFuture()), endReason(), process.lastLines());
    log.println("---- " + end);
    processEndReason = null;
    process = launch();
    return end;
  }

  private @Nullable String endReason() {
    if (processEndReason != null && processEndReason.holds()) {
      return processEndReason.text();
    }
    return repeatedEndReason != null && repeatedEndReason.holds() ? repeatedEndReason.text() : null;
  }

  private static int code(CompletableFuture<Integer> ended) {
    try {
      return ended.orTimeout(10, TimeUnit.SECONDS).join();
    } catch (RuntimeException e) {
      throw new ProcessException("A process has ended, and its exit code is not known", e);
    }
  }

  /**
   * Reason why a process may end.
   *
   * @param until time by {@link System#nanoTime} until which this explains an end
   */
  private record EndReason(String text, long until) {
    static EndReason within(String text, Duration length) {
      return new EndReason(text, System.nanoTime() + length.toNanos());
    }

    boolean holds() {
      return System.nanoTime() - until < 0;
    }
  }

  /**
   * End of a process.
   *
   * @param reason the fault that explains it, or null
   * @param lastLines last lines that the process wrote
   */
  record ProcessEnd(String name, int code, @Nullable String reason, List<String> lastLines) {
    private static final int MAX_TOLD = 5;

    ProcessEnd {
      lastLines = List.copyOf(
          lastLines.subList(Math.max(0, lastLines.size() - MAX_TOLD), lastLines.size()));
    }

    /** Returns the end with the last lines that the process wrote, which tell of its cause. */
    String withLastLines() {
      return this + "; it wrote at last: " + String.join(" | ", lastLines);
    }

    @Override
    public String toString() {
      return name + " has ended with exit code " + code + ", explained by "
          + Objects.requireNonNullElse(reason, "nothing");
    }
  }

  /** Asks the process to leave, and kills it if it has not ended after 40 s. */
  synchronized ChildJvm.EndKind leave() {
    left = true;
    var how = process.end(LEAVE);
    log.println("---- " + name() + " left: " + how);
    return how;
  }

  /** Returns the last lines of output of the present process. */
  public List<String> lastLines() {
    return process().lastLines();
  }

  /** Kills the process and closes its log. */
  @Override
  public synchronized void close() {
    process.kill();
    log.close();
  }

  @Override
  public String toString() {
    return name() + " (pid " + pid() + ")";
  }
}
