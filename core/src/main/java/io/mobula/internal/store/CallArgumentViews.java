package io.mobula.internal.store;

import io.mobula.internal.execution.Execution;
import java.lang.foreign.Arena;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The views of store memory that one call has of its arguments: they end with the call, and so do
 * their pins. What is read through them after that throws {@link IllegalStateException}; it never
 * shows bytes of something else. Any thread may read them; ending them asks all threads whether
 * they do at the moment, which takes some ten microseconds: for large arguments only.
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

  @SuppressWarnings("MustBeClosed") // by end(), when the call is over
  private static Arena newArena() {
    return Arena.ofShared();
  }

  /** What they live in. */
  public Arena arena() {
    return arena;
  }

  @Override
  public boolean isRunning() {
    return reader == null || reader.waitingOn() == null;
  }

  /** The call is over. Idempotent. */
  public void end() {
    if (over.compareAndSet(false, true)) {
      close(arena);
      room.removeHolder(this);
    }
  }

  /**
   * Closes an arena of views, later if a native call or an asynchronous write has one of them at
   * the moment.
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
