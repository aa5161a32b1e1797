package io.mobula.internal.actor;

import io.mobula.ActorOptions.MethodExecution;
import io.mobula.ActorOptions.Threads;
import io.mobula.internal.store.CallArgumentViews;
import java.lang.foreign.Arena;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The store memory that the arguments of one call of an actor are views of: its own until the call
 * is answered, if the actor borrows its arguments.
 *
 * <p>One thread of its own makes it as cheap as can be: no other thread has to be asked whether it
 * reads at the moment.
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

  /** For a call that the present thread makes. */
  @SuppressWarnings("MustBeClosed") // by end(), when the call is answered
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

  /** Whether the present thread may {@link #close} it. */
  boolean canCloseHere() {
    return arena == null || owner == null || owner == Thread.currentThread();
  }

  /** The call is answered, or nobody waits for it any more. Idempotent. */
  void close() {
    if (arena != null && over.compareAndSet(false, true)) {
      CallArgumentViews.close(arena);
    }
  }
}
