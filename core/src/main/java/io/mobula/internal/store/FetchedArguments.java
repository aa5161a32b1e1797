package io.mobula.internal.store;

import io.mobula.NodeId;
import io.mobula.error.MobulaException;
import io.mobula.error.ObjectLostException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.execution.Execution;
import io.mobula.internal.memory.PinnedObject;
import io.mobula.internal.memory.WritableBlock;
import io.mobula.internal.wait.BlockedThread;
import io.mobula.internal.wait.WaitStep;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Arguments of one call that were fetched into this node's memory. They stay pinned until the call
 * has read them, and the call counts as their holder until this object is closed. Used by the
 * thread that makes the call; pins are added by any thread.
 */
public final class FetchedArguments implements AutoCloseable, ArgumentAdmission.ArgumentHolder {
  /** Empty result, for calls that had nothing to fetch. */
  static final FetchedArguments NONE = new FetchedArguments(null, null);

  private static final int MAX_NAMED = 8;

  private final @Nullable ArgumentAdmission room;
  private final @Nullable Execution reader;
  private final List<MissingArgument> missing = new ArrayList<>();
  // this field and the next are guarded by the monitor
  private final List<PinnedObject> held = new ArrayList<>();
  private boolean read;
  private long heldBytes;

  FetchedArguments(@Nullable ArgumentAdmission room, @Nullable Execution reader) {
    this.room = room;
    this.reader = reader;
  }

  /** Argument that is not in this node's memory, and the memory allocated for it. */
  private static final class MissingArgument {
    final ObjectContent content;
    final long bytes;

    @Nullable
    WritableBlock room;

    MissingArgument(ObjectContent content, long bytes) {
      this.content = content;
      this.bytes = bytes;
    }

    /**
     * Fetches the argument and pins it. If another process moves it at that moment, its reader
     * looks it up again.
     */
    CompletionStage<?> fetch(Consumer<PinnedObject> pinned) {
      var taken = room;
      room = null;
      return switch (content) {
        case ObjectContent.RemoteValue(var remote) ->
          FetchWait.startFetch(remote, taken)
              .thenCompose(here -> pinned(here, null, pinned))
              .exceptionallyCompose(
                  failure -> CapturedThrowable.unwrap(failure) instanceof ObjectMovedException
                      ? CompletableFuture.completedStage(false)
                      : CompletableFuture.failedStage(CapturedThrowable.unwrap(failure)));
        case ObjectContent other -> pinned(other, taken, pinned);
      };
    }

    private static CompletionStage<Boolean> pinned(
        ObjectContent here, @Nullable WritableBlock taken, Consumer<PinnedObject> pinned) {
      return here instanceof ObjectContent.Sealed sealed
          ? sealed.acquirePinAsync(taken).thenApply(held -> {
            pinned.accept(held);
            return true;
          })
          : CompletableFuture.completedStage(false);
    }
  }

  /**
   * Pins an argument that is in memory, or records that it is missing. Called while this call is
   * first in line.
   */
  void add(ObjectContent content) {
    long wanted = content.roomWanted();
    if (wanted == 0 && content instanceof ObjectContent.Sealed sealed) {
      var pinned = sealed.tryAcquirePin();
      if (pinned != null) {
        pinned(pinned);
        heldBytes += sealed.byteSize();
        return;
      }
      wanted = sealed.roomWanted();
    }
    if (wanted > 0 || content instanceof ObjectContent.RemoteValue) {
      missing.add(new MissingArgument(content, wanted));
    }
  }

  /** Returns how many bytes of this node's memory the arguments take together. */
  long bytes() {
    return heldBytes + missing.stream().mapToLong(part -> part.bytes).sum();
  }

  /** Allocates memory for each missing argument. Called while this call is first in line. */
  void takeRoom(ArgumentAdmission.ArgumentAllocator from) {
    for (var part : missing) {
      if (part.bytes > 0) {
        part.room = from.take(part.bytes);
      }
    }
  }

  /**
   * Fetches all missing arguments at the same time.
   *
   * @throws MobulaException when an argument cannot be fetched
   * @throws ArgumentUnavailableException when an argument has to be looked up and the call can run
   *     again later
   */
  void fetch() {
    var all = CompletableFuture.allOf(missing.stream()
        .map(part -> part.fetch(this::pinned).toCompletableFuture())
        .toArray(CompletableFuture[]::new));
    var hold = Execution.currentHold();
    hold.giveBack();
    try (var _ = all.isDone()
        ? null
        : BlockedThread.enter(() -> WaitStep.end(
            "waits until " + missing.size() + " arguments of a call are fetched",
            WaitCause.RUNNING))) {
      all.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new WaitInterruptedException(
          "Interrupted while " + missing.size() + " arguments of a call were fetched.");
    } catch (ExecutionException failed) {
      var why = CapturedThrowable.unwrap(failed);
      switch (why) {
        case MobulaException known -> throw known;
        case ArgumentUnavailableException absent -> throw absent;
        default ->
          throw new ObjectLostException("An argument of a call cannot be fetched: " + why, why);
      }
    } finally {
      hold.takeBack();
    }
  }

  /** Returns the number and sizes of the arguments, for messages. */
  String describe(NodeId node) {
    var sizes = missing.stream()
        .limit(MAX_NAMED)
        .map(part -> String.valueOf(part.bytes))
        .collect(Collectors.joining(" + "));
    return "The arguments that a call reads on node " + node + " take " + bytes()
        + " bytes of its store together (" + heldBytes + " there already, and " + sizes
        + (missing.size() > MAX_NAMED ? " + …" : "") + " to be fetched)";
  }

  @Override
  public boolean isRunning() {
    return reader == null || reader.waitingOn() == null;
  }

  private void pinned(PinnedObject pin) {
    synchronized (this) {
      if (!read) {
        held.add(pin);
        return;
      }
    }
    pin.close(); // too late, for a call that has failed
  }

  /**
   * Releases the pins once the call has read its arguments, whose views have pins of their own.
   * Idempotent.
   */
  public void unpinRead() {
    List<PinnedObject> ended;
    synchronized (this) {
      if (read || room == null) {
        return;
      }
      read = true;
      ended = List.copyOf(held);
      held.clear();
    }
    ended.forEach(PinnedObject::close);
  }

  /** Ends the count of this call as a holder. Idempotent. */
  @Override
  public void close() {
    if (room == null) {
      return;
    }
    unpinRead();
    for (var part : missing) {
      if (part.room != null) {
        part.room.abandon();
        part.room = null;
      }
    }
    room.removeHolder(this);
  }
}
