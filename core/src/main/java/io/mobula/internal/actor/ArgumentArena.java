package io.mobula.internal.actor;

import io.mobula.internal.store.CallArgumentViews;
import io.mobula.spi.ActorOptions.MethodExecution;
import io.mobula.spi.ActorOptions.Threads;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Arena of the store memory that the arguments of one call view. It is closed when the call is
 * answered, if the actor borrows its arguments.
 *
 * <p>An actor with a dedicated thread gets a confined arena, which is cheap to close: no other
 * thread has to be asked whether it is reading.
 */
final class ArgumentArena {
  private static final ArgumentArena NOTHING = new ArgumentArena(null, null);

  private final @Nullable Arena arena;
  private final @Nullable Thread owner;
  private final AtomicBoolean over = new AtomicBoolean();

  private ArgumentArena(@Nullable Arena arena, @Nullable Thread owner) {
    this.arena = arena;
    this.owner = owner;
  }

  /** Opens the arena for a call that the calling thread makes. */
  @SuppressWarnings("MustBeClosed") // by close(), when the call is answered
  static ArgumentArena of(MethodExecution execution) {
    if (!execution.borrowsArguments()) {
      return NOTHING;
    }
    return execution.threads() == Threads.DEDICATED
        ? new ArgumentArena(Arena.ofConfined(), Thread.currentThread())
        : new ArgumentArena(Arena.ofShared(), null);
  }

  @Nullable
  Arena arena() {
    return arena;
  }

  /** Returns whether the calling thread may {@link #close} the arena. */
  boolean canCloseHere() {
    return arena == null || owner == null || owner == Thread.currentThread();
  }

  /** Closes the arena, as the call is answered or no longer awaited. Idempotent. */
  void close() {
    if (arena != null && over.compareAndSet(false, true)) {
      CallArgumentViews.close(arena);
    }
  }
}
