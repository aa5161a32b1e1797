package io.mobula.internal.store;

import io.mobula.internal.execution.Execution;
import java.lang.foreign.Arena;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Views of store memory that one call has of its arguments; they end with the call, and so do their
 * pins. Reading a view after that throws {@link IllegalStateException} and never shows bytes of
 * another object. Any thread may read the views. Ending them checks all threads for a read in
 * progress, which takes some ten microseconds, so this is for large arguments only.
 */
public final class CallArgumentViews implements ArgumentAdmission.ArgumentHolder {
  private static final long AGAIN_MILLIS = 500;

  private final ArgumentAdmission room;
  private final @Nullable Execution reader = Execution.current();
  private final AtomicBoolean over = new AtomicBoolean();
  private final Arena arena = newArena();

  CallArgumentViews(ArgumentAdmission room) {
    this.room = room;
    room.addHolder(this);
  }

  @SuppressWarnings("MustBeClosed") // closed by end(), when the call is over
  private static Arena newArena() {
    return Arena.ofShared();
  }

  /** Returns the arena that the views live in. */
  public Arena arena() {
    return arena;
  }

  @Override
  public boolean isRunning() {
    return reader == null || reader.waitingOn() == null;
  }

  /** Ends the views when the call is over. Idempotent. */
  public void end() {
    if (over.compareAndSet(false, true)) {
      close(arena);
      room.removeHolder(this);
    }
  }

  /**
   * Closes an arena of views. If a native call or an asynchronous write uses one of them at the
   * moment, the arena is closed later.
   */
  public static void close(Arena arena) {
    try {
      arena.close();
    } catch (IllegalStateException inUse) {
      if (arena.scope().isAlive()) {
        CompletableFuture.delayedExecutor(AGAIN_MILLIS, TimeUnit.MILLISECONDS)
            .execute(() -> close(arena));
      }
    }
  }
}
