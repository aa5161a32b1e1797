package io.mobula.internal.transfer;

import io.mobula.error.TransferFailedException;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.Pull;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One pull of this node: the request, what it has got, and the future of who wants it. Cancelling
 * is for all threads; all else belongs to the thread of its {@link TransferDesk}.
 */
final class RunningPull implements ObjectTransfer.Pulling {
  final Pull request;
  private final Runnable wake;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile boolean cancelled;
  /** Null while it waits for its turn. */
  private @Nullable PullState state;

  private @Nullable RuntimeException broken;
  private long reported;

  /**
   * A pull that waits.
   *
   * @param wake makes the desk look at it again
   */
  RunningPull(Pull request, Runnable wake) {
    this.request = request;
    this.wake = wake;
  }

  @Override
  public CompletionStage<Void> done() {
    return done.minimalCompletionStage();
  }

  @Override
  public void cancel() {
    cancelled = true;
    wake.run();
  }

  boolean isCancelled() {
    return cancelled;
  }

  PullState start(Terms terms, long now) {
    var started = new PullState(request.sources(), request.bytes(), terms, now);
    state = started;
    return started;
  }

  PullState state() {
    var current = state;
    if (current == null) {
      throw new IllegalStateException(this + " has not begun");
    }
    return current;
  }

  /** Tells the listener what is new. */
  void report() {
    long arrived = state().arrived();
    if (arrived != reported) {
      reported = arrived;
      request.progress().accept(arrived);
    }
  }

  /** The target cannot be written. */
  void breakOff(RuntimeException why) {
    broken = why;
  }

  boolean isOver() {
    return cancelled || broken != null || state().outcome() != PullState.Outcome.RUNNING;
  }

  /** Settles the future of one that is over. */
  void finish() {
    if (broken != null) {
      fail(broken);
      return;
    }
    switch (state().outcome()) {
      case DONE -> done.complete(null);
      case FAILED -> fail("no source could send it", state().reasons());
      case RUNNING -> failCancelled();
    }
  }

  void failCancelled() {
    done.completeExceptionally(new CancellationException("Cancelled: " + this));
  }

  void fail(String why, Map<String, String> reasons) {
    String each = reasons.entrySet().stream()
        .map(reason -> "; " + reason.getKey() + ": " + reason.getValue())
        .collect(Collectors.joining());
    done.completeExceptionally(new TransferFailedException(this + ": " + why + each, reasons));
  }

  void fail(Throwable broken) {
    done.completeExceptionally(broken);
  }

  @Override
  public String toString() {
    return "Pull of " + request.id() + ", attempt " + request.attempt() + ", " + request.bytes()
        + " bytes";
  }
}
