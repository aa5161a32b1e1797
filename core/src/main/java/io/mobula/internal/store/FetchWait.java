package io.mobula.internal.store;

import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreFullException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Wait for a value that is not readable here: one of another process, or one that was spilled. An
 * execution gives its CPU back meanwhile. A fetch goes on after the reader's deadline has passed.
 */
final class FetchWait {
  /** Number of times in a row that a value may be moved between being fetched and being read. */
  private static final int MAX_ROUNDS = 16;

  private FetchWait() {}

  /**
   * Reads a value of another process, and fetches it again if it was moved meanwhile.
   *
   * @throws ObjectLostException when no process can give the value
   * @throws ArgumentUnavailableException when the value has to be looked up and the calling
   *     thread's call is {@linkplain Execution#abortable abortable}
   * @throws io.mobula.error.GetTimeoutException when the value does not arrive in time
   * @throws StoreFullException when its process cannot keep the value in memory for long enough
   */
  static <T extends @Nullable Object> T readRemote(
      ObjectContent.RemoteValue remoteValue,
      ReadDeadline readDeadline,
      Function<ObjectContent, T> use) {
    var remote = remoteValue.access();
    ObjectMovedException last = null;
    for (int round = 0; round < MAX_ROUNDS; round++) {
      var fetch = readDeadline.isEndless() ? startFetch(remote, null) : remote.fetch();
      var content = await(
          fetch.toCompletableFuture(),
          readDeadline,
          remote.bytes(),
          "node " + remote.holder(),
          what -> remote.hasHolderLeft() // then it is looked up elsewhere, or reconstructed
              ? WaitStep.end(what + ", which has left the cluster", WaitCause.UNKNOWN)
              : WaitStep.anythingOf(what, remote.holder()));
      try {
        return use.apply(content);
      } catch (ObjectMovedException moved) {
        remote.forget(content);
        last = moved;
      }
    }
    throw new StoreFullException(
        "A value of " + remote.bytes() + " bytes on node " + remote.holder()
            + " was moved out of memory there " + MAX_ROUNDS
            + " times before it could be read here. Give that node a larger store, or read less of"
            + " it at a time. Seen last: " + last);
  }

  /**
   * Starts to fetch a value, into that memory if there is any. If the calling thread's call is
   * {@linkplain Execution#abortable abortable}, only the known holder is asked, else any process
   * that has the value.
   */
  static CompletionStage<ObjectContent> startFetch(
      ObjectContent.RemoteAccess remote, @Nullable WritableBlock room) {
    return Execution.isAbortable() ? remote.fetchFromKnownHolder(room) : remote.fetch(room);
  }

  /**
   * Waits until the bytes of the value are pinned in this process's memory, or in that of another
   * process of this host.
   */
  static PinnedObject awaitPinned(ObjectContent.Sealed sealed, ReadDeadline readDeadline) {
    var here = sealed.tryAcquirePin();
    if (here != null) {
      return here;
    }
    if (readDeadline.isOver()) {
      sealed.startRestore();
      throw readDeadline.timeoutException(sealed.byteSize(), "where a full store had put them");
    }
    var fetch = sealed.acquirePinAsync();
    boolean taken = false;
    try {
      var held = await(
          fetch,
          readDeadline,
          sealed.byteSize(),
          "where a full store had put them",
          what -> WaitStep.end(what, WaitCause.RUNNING));
      taken = true;
      return held;
    } finally {
      if (!taken) {
        var _ = fetch.thenAccept(PinnedObject::close);
      }
    }
  }

  private static <T> T await(
      CompletableFuture<T> fetch,
      ReadDeadline readDeadline,
      long bytes,
      String from,
      Function<String, WaitStep> step) {
    boolean now = fetch.isDone();
    if (!now && readDeadline.isOver()) {
      throw readDeadline.timeoutException(bytes, from);
    }
    var hold = Execution.currentHold();
    if (!now) {
      hold.giveBack();
    }
    try (var _ = now
        ? null
        : BlockedThread.enter(() -> step.apply("waits for " + bytes + " bytes from " + from))) {
      return readDeadline.isEndless()
          ? fetch.get()
          : fetch.get(Math.max(0, readDeadline.deadline().remaining()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw readDeadline.timeoutException(bytes, from);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while a value of " + bytes + " bytes was fetched from " + from + ".");
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case MobulaException known -> throw known;
        case ArgumentUnavailableException absent -> throw absent;
        case null, default ->
          throw new ObjectLostException(
              "A value of " + bytes + " bytes cannot be fetched from " + from + ": "
                  + failed.getCause(),
              failed.getCause());
      }
    } finally {
      if (!now) {
        hold.takeBack();
      }
    }
  }
}
