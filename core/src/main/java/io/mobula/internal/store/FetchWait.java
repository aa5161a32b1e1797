package io.mobula.internal.store;

import io.mobula.WaitReport.WaitCause;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.StoreFullException;
import io.mobula.error.WaitInterruptedException;
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
 * Waits until a value is readable here: one of another process, or one that has been moved out of
 * memory. An execution gives its CPU back meanwhile. What is on its way when a reader's patience
 * ends goes on coming.
 */
final class FetchWait {
  /** How often in a row a value may be moved between being brought and being read. */
  private static final int MOST_ROUNDS = 16;

  private FetchWait() {}

  /**
   * Reads a value of another process, as often as it is moved away meanwhile.
   *
   * @throws ObjectLostException when it can be had nowhere
   * @throws ArgumentUnavailableException when it has to be looked for, and the calling thread's
   *     call is {@linkplain Execution#abortable returnable}
   * @throws io.mobula.error.GetTimeoutException when it does not come in time
   * @throws StoreFullException when its process cannot keep it in memory for long enough
   */
  static <T extends @Nullable Object> T readRemote(
      ObjectContent.RemoteValue remoteValue,
      ReadDeadline readDeadline,
      Function<ObjectContent, T> use) {
    var remote = remoteValue.access();
    ObjectMovedException last = null;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      var coming = readDeadline.isEndless() ? startFetch(remote, null) : remote.fetch();
      var content = await(
          coming.toCompletableFuture(),
          readDeadline,
          remote.bytes(),
          "node " + remote.holder(),
          what ->
              remote.hasHolderLeft() // then whoever else has it is looked for, or it is made again
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
            + " was moved out of memory there " + MOST_ROUNDS
            + " times before it could be read here. Give that node a larger store, or read less of"
            + " it at a time. Seen last: " + last);
  }

  /**
   * Begins to bring a value, into that room if there is any: from the known place alone if the
   * calling thread's call is {@linkplain Execution#abortable returnable}, else from wherever it is.
   */
  static CompletionStage<ObjectContent> startFetch(
      ObjectContent.RemoteAccess remote, @Nullable WritableBlock room) {
    return Execution.isAbortable() ? remote.fetchFromKnownHolder(room) : remote.fetch(room);
  }

  /** The value's bytes, pinned in this process's memory, or in its neighbour's. */
  static PinnedObject awaitPinned(ObjectContent.Sealed sealed, ReadDeadline readDeadline) {
    var here = sealed.tryAcquirePin();
    if (here != null) {
      return here;
    }
    if (readDeadline.isOver()) {
      sealed.startRestore();
      throw readDeadline.timeoutException(sealed.byteSize(), "where a full store had put them");
    }
    var coming = sealed.acquirePinAsync();
    boolean taken = false;
    try {
      var held = await(
          coming,
          readDeadline,
          sealed.byteSize(),
          "where a full store had put them",
          what -> WaitStep.end(what, WaitCause.RUNNING));
      taken = true;
      return held;
    } finally {
      if (!taken) {
        var _ = coming.thenAccept(PinnedObject::close);
      }
    }
  }

  private static <T> T await(
      CompletableFuture<T> coming,
      ReadDeadline readDeadline,
      long bytes,
      String from,
      Function<String, WaitStep> step) {
    boolean now = coming.isDone();
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
          ? coming.get()
          : coming.get(Math.max(0, readDeadline.deadline().remaining()), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw readDeadline.timeoutException(bytes, from);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while a value of " + bytes + " bytes was brought from " + from + ".");
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case MobulaException known -> throw known;
        case ArgumentUnavailableException absent -> throw absent;
        case null, default ->
          throw new ObjectLostException(
              "A value of " + bytes + " bytes cannot be brought from " + from + ": "
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
