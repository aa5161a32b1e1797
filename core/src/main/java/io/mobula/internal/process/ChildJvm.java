package io.mobula.internal.process;

import io.mobula.error.ProcessException;
import io.mobula.error.WaitInterruptedException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A JVM that this one has started. Its standard input is the thread it hangs by: this side never
 * closes it but to ask for the end, and the kernel closes it when this JVM is gone, however it
 * went; a main method that uses {@link ParentWatch} then closes and ends.
 *
 * <p>Three daemon threads per child read its two outputs and wait for its end. Safe for all
 * threads.
 */
public final class ChildJvm implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChildJvm.class);
  private static final int LINES_KEPT = 40;
  private static final int MOST_INPUT = 60_000; // a pipe takes 64 KiB before a writer waits
  private static final Duration OUTPUT_DRAIN_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration AFTER_SIGNAL = Duration.ofSeconds(2);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(1);

  private final ChildPlan plan;
  private final Process process;
  private final OutputConsumer output;
  private final LastLines last = new LastLines(LINES_KEPT);
  private final CompletableFuture<ReadyNotice> ready = new CompletableFuture<>();
  private final CompletableFuture<Integer> ended = new CompletableFuture<>();
  private final AtomicLong lastHeardNanos = new AtomicLong(System.nanoTime());

  /** Where a stream comes from. */
  public enum StandardStream {
    /** Standard output. */
    OUT,
    /** Standard error. */
    ERR
  }

  /**
   * Takes what a child writes, line by line, on a thread of each stream; a slow one holds the child
   * back.
   */
  @FunctionalInterface
  public interface OutputConsumer {
    /** One line, without its end; at most 16 384 characters. */
    void line(StandardStream stream, String text);
  }

  /** How a child was brought to its end. */
  public enum EndKind {
    /** It had ended before. */
    ALREADY_ENDED,
    /** It was asked to, by the end of its input. */
    ON_REQUEST,
    /** It heeded SIGTERM. */
    TERMINATED,
    /** It was killed. */
    KILLED
  }

  private ChildJvm(ChildPlan plan, Process process, OutputConsumer output) {
    this.plan = plan;
    this.process = process;
    this.output = output;
  }

  /**
   * Starts it and returns at once.
   *
   * @throws ProcessException when there is no java to start, or what it is told is too long
   */
  public static ChildJvm start(ChildPlan plan, OutputConsumer output) {
    Process process;
    try {
      process = plan.builder().start();
    } catch (IOException e) {
      throw new ProcessException(
          "Cannot start " + plan.name() + " with " + plan.command().getFirst() + ": "
              + e.getMessage(),
          e);
    }
    var child = new ChildJvm(plan, process, output);
    try {
      child.watch();
      plan.input().forEach(child::sendLine);
    } catch (RuntimeException | Error e) {
      process.destroyForcibly();
      throw e;
    }
    return child;
  }

  private void watch() {
    var out = reader("out", process.getInputStream(), StandardStream.OUT);
    var err = reader("err", process.getErrorStream(), StandardStream.ERR);
    thread("end", () -> awaitEnd(out, err));
  }

  private Thread reader(String suffix, InputStream from, StandardStream stream) {
    return thread(suffix, () -> {
      try {
        LineSplitter.read(from, line -> take(stream, line));
      } catch (IOException e) {
        LOG.debug(
            "Reading the output of {} ended.", this, e); // as it does when the process is killed
      }
    });
  }

  private Thread thread(String suffix, Runnable body) {
    return Thread.ofPlatform()
        .daemon()
        .name("mobula-child-" + plan.name() + "-" + suffix)
        .start(body);
  }

  private void take(StandardStream stream, String line) {
    var said = stream == StandardStream.OUT ? ReadyNotice.parse(line) : null;
    if (said != null && ready.complete(said)) {
      return;
    }
    if (stream == StandardStream.OUT && line.equals(StartingNotice.LINE)) {
      lastHeardNanos.set(System.nanoTime());
      return;
    }
    last.add(line);
    try {
      output.line(stream, line);
    } catch (RuntimeException e) { // a consumer's fault must not stop the child's output
      LOG.warn("The consumer of the output of {} failed.", this, e);
    }
  }

  private void awaitEnd(Thread out, Thread err) {
    int code;
    try {
      code = process.waitFor();
      out.join(OUTPUT_DRAIN_TIMEOUT);
      err.join(OUTPUT_DRAIN_TIMEOUT); // a process that the child started may hold them open
    } catch (InterruptedException nobodyDoes) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      return;
    }
    ready.completeExceptionally(new ProcessException(this + " ended with " + describeExitCode(code)
        + " before it was up; its last lines:\n" + last));
    ended.complete(code);
  }

  /** What the child's exit code says, for people. */
  static String describeExitCode(int code) {
    return switch (code) {
      case 137 -> "exit code 137 (killed)";
      case 143 -> "exit code 143 (SIGTERM)";
      default -> "exit code " + code;
    };
  }

  /** Writes a line to its standard input; a child that has ended does not hear it. */
  public void sendLine(String line) {
    var bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MOST_INPUT) {
      throw new ProcessException(
          "Wanted to tell " + this + " " + bytes.length + " bytes in one line; at most "
              + MOST_INPUT + " are possible: make its settings shorter");
    }
    try {
      process.getOutputStream().write(bytes);
      process.getOutputStream().flush();
    } catch (IOException e) {
      LOG.debug("{} does not listen.", this, e); // it ends, which is told by ready and ended
    }
  }

  /** What it was started with. */
  public ChildPlan plan() {
    return plan;
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Completes when it says that it is up; fails with {@link ProcessException} if it ends first. */
  public CompletionStage<ReadyNotice> ready() {
    return ready.minimalCompletionStage();
  }

  /** Completes with its exit code when it has ended and what it wrote has been read. */
  public CompletionStage<Integer> ended() {
    return ended.minimalCompletionStage();
  }

  /** The last lines that it wrote. */
  public List<String> lastLines() {
    return last.all();
  }

  /**
   * Waits until it is up. One that does not come up in time is killed: one that is silent after the
   * limit, one that says that it is starting after six times the limit.
   *
   * @throws ProcessException when it ends or does not say so in time; its last lines are in the
   *     message
   */
  public ReadyNotice awaitReady(Duration limit) {
    long begun = System.nanoTime();
    try {
      while (true) {
        long left = remainingStartNanos(begun, limit);
        try {
          return ready.get(Math.clamp(left, 0, BETWEEN_LOOKS.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          if (left <= 0) {
            process.destroyForcibly();
            throw new ProcessException(
                this + describeLateStart(limit) + "; its last lines:\n" + last, e);
          }
        }
      }
    } catch (ExecutionException e) {
      var why = Objects.requireNonNull(e.getCause());
      throw new ProcessException(String.valueOf(why.getMessage()), why);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new WaitInterruptedException("Interrupted while waiting for " + this + " to come up.");
    }
  }

  /**
   * For how many more nanoseconds a child that is not up is waited for.
   *
   * @param begun since when it is waited for, on the clock of {@link System#nanoTime()}
   * @param limit for how long it may be silent
   */
  long remainingStartNanos(long begun, Duration limit) {
    long now = System.nanoTime();
    long silent = Math.min(now - lastHeardNanos.get(), now - begun);
    return Math.min(limit.toNanos() - silent, longestStart(limit).toNanos() - (now - begun));
  }

  /** The most that a child may take to come up while it says that it is starting. */
  public static Duration longestStart(Duration limit) {
    return limit.multipliedBy(StartingNotice.MOST);
  }

  /** What is said of one that was not up in time. */
  String describeLateStart(Duration limit) {
    boolean silent = System.nanoTime() - lastHeardNanos.get() >= limit.toNanos();
    return silent
        ? " was not up after " + limit + " and was killed"
        : " said that it was starting, was not up after " + longestStart(limit) + " and was killed";
  }

  /** Asks it to end, by a word and the end of its input, and returns at once. */
  public void askToEnd() {
    sendLine(ParentWatch.STOP_LINE);
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("{} has closed its input.", this, e); // as one that has ended does
    }
  }

  /**
   * Asks it to end, waits, sends SIGTERM, waits two seconds, kills. Returns when it is gone.
   *
   * @param patience how long it may take to close
   */
  public EndKind end(Duration patience) {
    if (!process.isAlive()) {
      return EndKind.ALREADY_ENDED;
    }
    askToEnd();
    if (endsWithin(patience)) {
      return EndKind.ON_REQUEST;
    }
    process.destroy();
    if (endsWithin(AFTER_SIGNAL)) {
      return EndKind.TERMINATED;
    }
    kill();
    return EndKind.KILLED;
  }

  private boolean endsWithin(Duration limit) {
    try {
      return process.waitFor(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Kills it as {@code kill -9} does, and waits two seconds at most until it is gone. */
  public void kill() {
    process.destroyForcibly();
    endsWithin(AFTER_SIGNAL);
  }

  /** As {@link #kill}. */
  @Override
  public void close() {
    kill();
  }

  /** Such as {@code worker 1 (pid 4711)}. */
  @Override
  public String toString() {
    return plan.name() + " (pid " + pid() + ")";
  }
}
