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
 * JVM that this one has started. The child's life is tied to its standard input: this side closes
 * it only to ask for the end, and the kernel closes it when this JVM is gone, however it ended. A
 * main method that uses {@link ParentWatch} then closes and exits.
 *
 * <p>Three daemon threads per child read its two outputs and wait for its end. Safe for all
 * threads.
 */
public final class ChildJvm implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChildJvm.class);
  private static final int LINES_KEPT = 40;
  private static final int MAX_INPUT = 60_000; // a pipe takes 64 KiB before a writer blocks
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

  /** Standard stream that a line was written to. */
  public enum StandardStream {
    OUT,
    ERR
  }

  /**
   * Consumer of the lines that a child writes, called on one thread per stream. A slow consumer
   * slows the child down.
   */
  @FunctionalInterface
  public interface OutputConsumer {
    /** Takes one line, without its end; at most 16 384 characters. */
    void line(StandardStream stream, String text);
  }

  /** Way in which a child was ended. */
  public enum EndKind {
    /** The child had ended before. */
    ALREADY_ENDED,
    /** The child ended after the end of its input. */
    ON_REQUEST,
    /** The child ended after SIGTERM. */
    TERMINATED,
    /** The child was killed, as {@code kill -9} does. */
    KILLED
  }

  private ChildJvm(ChildPlan plan, Process process, OutputConsumer output) {
    this.plan = plan;
    this.process = process;
    this.output = output;
  }

  /**
   * Starts the child and returns at once.
   *
   * @throws ProcessException when there is no java to start, or a line of its input is too long
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
        LOG.debug("Reading the output of {} ended.", this, e); // as after a kill
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
    } catch (RuntimeException e) { // a failure of the consumer must not stop the child's output
      LOG.warn("The consumer of the output of {} failed.", this, e);
    }
  }

  private void awaitEnd(Thread out, Thread err) {
    int code;
    try {
      code = process.waitFor();
      out.join(OUTPUT_DRAIN_TIMEOUT);
      err.join(OUTPUT_DRAIN_TIMEOUT); // a process that the child started may hold the streams open
    } catch (InterruptedException nobodyDoes) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      return;
    }
    ready.completeExceptionally(new ProcessException(this + " ended with " + describeExitCode(code)
        + " before it was up; its last lines:\n" + last));
    ended.complete(code);
  }

  /** Returns a description of an exit code for messages. */
  static String describeExitCode(int code) {
    return switch (code) {
      case 137 -> "exit code 137 (killed)";
      case 143 -> "exit code 143 (SIGTERM)";
      default -> "exit code " + code;
    };
  }

  /**
   * Writes a line to the child's standard input. A child that has ended does not read it.
   *
   * @throws ProcessException when the line is too long for a pipe
   */
  public void sendLine(String line) {
    var bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    if (bytes.length > MAX_INPUT) {
      throw new ProcessException(
          "Wanted to tell " + this + " " + bytes.length + " bytes in one line; at most " + MAX_INPUT
              + " are possible: make its settings shorter");
    }
    try {
      process.getOutputStream().write(bytes);
      process.getOutputStream().flush();
    } catch (IOException e) {
      // the child is ending, which ready and ended report
      LOG.debug("{} does not listen.", this, e);
    }
  }

  /** Returns the plan that the child was started with. */
  public ChildPlan plan() {
    return plan;
  }

  /** Returns the child's process id. */
  public long pid() {
    return process.pid();
  }

  /** Returns whether the child is running. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Returns a stage that completes when the child is up, and fails with {@link ProcessException} if
   * the child ends first.
   */
  public CompletionStage<ReadyNotice> ready() {
    return ready.minimalCompletionStage();
  }

  /**
   * Returns a stage that completes with the exit code when the child has ended and its output has
   * been read.
   */
  public CompletionStage<Integer> ended() {
    return ended.minimalCompletionStage();
  }

  /** Returns the last lines that the child wrote. */
  public List<String> lastLines() {
    return last.all();
  }

  /**
   * Waits until the child is up. A child that is silent for the timeout is killed, and so is one
   * that is still starting after six times the timeout.
   *
   * @param timeout how long the child may be silent
   * @throws ProcessException when the child ends or is not up in time; its last lines are in the
   *     message
   */
  public ReadyNotice awaitReady(Duration timeout) {
    long begun = System.nanoTime();
    try {
      while (true) {
        long left = remainingStartNanos(begun, timeout);
        try {
          return ready.get(Math.clamp(left, 0, BETWEEN_LOOKS.toNanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          if (left <= 0) {
            process.destroyForcibly();
            throw new ProcessException(
                this + describeLateStart(timeout) + "; its last lines:\n" + last, e);
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
   * Returns for how many more nanoseconds to wait for a child that is not up.
   *
   * @param begun when the wait began, on the clock of {@link System#nanoTime()}
   * @param timeout how long the child may be silent
   */
  long remainingStartNanos(long begun, Duration timeout) {
    long now = System.nanoTime();
    long silent = Math.min(now - lastHeardNanos.get(), now - begun);
    return Math.min(timeout.toNanos() - silent, maxStartTime(timeout).toNanos() - (now - begun));
  }

  /** Returns how long a child may take to come up while it says that it is starting. */
  public static Duration maxStartTime(Duration timeout) {
    return timeout.multipliedBy(StartingNotice.MAX_TIMEOUTS);
  }

  /** Returns the part of a message that says why a child was not up in time. */
  String describeLateStart(Duration timeout) {
    boolean silent = System.nanoTime() - lastHeardNanos.get() >= timeout.toNanos();
    return silent
        ? " was not up after " + timeout + " and was killed"
        : " said that it was starting, was not up after " + maxStartTime(timeout)
            + " and was killed";
  }

  /** Asks the child to end, by a last line and the end of its input, and returns at once. */
  public void askToEnd() {
    sendLine(ParentWatch.STOP_LINE);
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      LOG.debug("{} has closed its input.", this, e); // the child has ended
    }
  }

  /**
   * Asks the child to end, waits, sends SIGTERM, waits two seconds, and kills it. Returns when the
   * child is gone.
   *
   * @param closeTimeout how long the child may take to close after it was asked
   */
  public EndKind end(Duration closeTimeout) {
    if (!process.isAlive()) {
      return EndKind.ALREADY_ENDED;
    }
    askToEnd();
    if (endsWithin(closeTimeout)) {
      return EndKind.ON_REQUEST;
    }
    process.destroy();
    if (endsWithin(AFTER_SIGNAL)) {
      return EndKind.TERMINATED;
    }
    kill();
    return EndKind.KILLED;
  }

  private boolean endsWithin(Duration timeout) {
    try {
      return process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Kills the child as {@code kill -9} does, and waits two seconds at most until it is gone. */
  public void kill() {
    process.destroyForcibly();
    endsWithin(AFTER_SIGNAL);
  }

  /** Kills the child; see {@link #kill}. */
  @Override
  public void close() {
    kill();
  }

  /** Returns a name such as {@code worker 1 (pid 4711)}. */
  @Override
  public String toString() {
    return plan.name() + " (pid " + pid() + ")";
  }
}
