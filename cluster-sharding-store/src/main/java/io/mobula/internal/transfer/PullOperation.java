package io.mobula.internal.transfer;

import io.mobula.error.TransferFailedException;
import io.mobula.spi.ObjectPullRequest;
import io.mobula.spi.ObjectTransfer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Pull of this node: its request, its progress and its future. Any thread may cancel it; everything
 * else belongs to the thread of its {@link TransferEngine}.
 */
final class PullOperation implements ObjectTransfer.PullHandle {
  final ObjectPullRequest request;
  private final Runnable wake;
  private final CompletableFuture<Void> done = new CompletableFuture<>();
  private volatile boolean cancelled;
  /** State of the pull; null while the pull waits for its turn. */
  private @Nullable PullState state;

  /** Sources that died while the pull waited for its turn, with the reasons. */
  private final Map<String, String> lostWhileWaiting = new HashMap<>(2);

  private @Nullable Throwable failure;
  private long reported;
  /** Endpoints that searches have found and the engine has not taken yet. */
  private final ConcurrentLinkedQueue<String> found = new ConcurrentLinkedQueue<>();

  private CompletableFuture<?> search = CompletableFuture.completedFuture(null);
  /**
   * Whether the running search began when no source was left, and no new source has been found
   * since.
   */
  private boolean finalSearch;

  /**
   * Creates a pull that waits for its turn.
   *
   * @param wake makes the engine look at the pull again
   */
  PullOperation(ObjectPullRequest request, Runnable wake) {
    this.request = request;
    this.wake = wake;
  }

  @Override
  public CompletionStage<Void> completion() {
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

  void start(PullPolicy policy, long now) {
    var begun = new PullState(request.sources().known(), request.bytes(), policy, now);
    lostWhileWaiting.forEach((endpoint, how) -> begun.lost(endpoint, how, now));
    state = begun;
    search();
  }

  /** Gives up the source at this endpoint, whose process is dead. */
  void lost(String endpoint, String how, long now) {
    var begun = state;
    if (begun != null) {
      begun.lost(endpoint, how, now);
    } else if (request.sources().known().contains(endpoint)) {
      lostWhileWaiting.put(endpoint, how);
    }
  }

  /**
   * Adds the sources that were found, and starts a search when none is left. Returns whether
   * anything has changed.
   */
  boolean lookForSources(long now) {
    boolean searched = search.isDone(); // read before the results, so that none is missed
    boolean more = false;
    for (var endpoint = found.poll(); endpoint != null; endpoint = found.poll()) {
      more |= state().add(endpoint, now);
    }
    if (more) {
      finalSearch = false;
    } else if (searched && !finalSearch && state().outcome() == PullState.Outcome.STARVED) {
      finalSearch = true;
      search();
      return true;
    }
    return more;
  }

  private void search() {
    try {
      search = request.sources().finder().search(this::found).toCompletableFuture();
      var _ = search.whenComplete((nothing, failure) -> wake.run());
    } catch (RuntimeException e) {
      search = CompletableFuture.failedFuture(e);
    }
  }

  private void found(String endpoint) {
    found.add(endpoint);
    wake.run();
  }

  private boolean isSearchExhausted() {
    return finalSearch && search.isDone() && found.isEmpty();
  }

  PullState state() {
    var current = state;
    if (current == null) {
      throw new IllegalStateException(this + " has not begun");
    }
    return current;
  }

  /** Reports new progress to the listener. */
  void report() {
    long arrived = state().arrived();
    if (arrived != reported) {
      reported = arrived;
      request.progress().accept(arrived);
    }
  }

  /** Aborts the pull because its target cannot be written. */
  void abort(Throwable why) {
    failure = why;
  }

  boolean isOver() {
    return cancelled
        || failure != null
        || switch (state().outcome()) {
          case RUNNING -> false;
          case STARVED -> isSearchExhausted();
          case DONE, FAILED -> true;
        };
  }

  /** Completes the future of a pull that is over. */
  void finish() {
    if (failure != null) {
      fail(failure);
      return;
    }
    if (cancelled && state().outcome() != PullState.Outcome.DONE) {
      failCancelled();
      return;
    }
    switch (state().outcome()) {
      case DONE -> done.complete(null);
      case STARVED, FAILED -> fail("no source could send it", state().reasons());
      case RUNNING -> throw new IllegalStateException(this + " is not over");
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
