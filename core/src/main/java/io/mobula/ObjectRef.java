package io.mobula;

import io.mobula.error.ForeignRefException;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.MobulaException;
import io.mobula.error.RefClosedException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.WaitInterruptedException;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A value that is, or will be, somewhere in the cluster: the result of a task or of an actor call,
 * or what was {@linkplain Mobula#put put}. Ray's {@code ObjectRef}.
 *
 * <p>Safe for use by many threads. A ref may be an argument, captured by a function, stored inside
 * any other value; the value lives as long as a ref to it does. {@link #close} gives this ref back
 * early, otherwise the garbage collector does.
 *
 * @param <T> the type of the value
 */
public interface ObjectRef<T extends @Nullable Object> extends AutoCloseable {

  /** Names the object. */
  ObjectId id();

  /**
   * Waits for the value and returns it: a fresh copy of a mutable heap value, the value itself
   * where it is known to be immutable, a read-only view of store memory for {@link Tensor},
   * {@code MemorySegment} and {@code ByteBuffer}.
   *
   * <p>A task that waits here gives its CPU back meanwhile, never its GPUs.
   *
   * @throws TaskFailedException when the task threw; its cause is what was thrown
   * @throws MobulaException another of the family: cancelled, timed out, lost, closed
   * @throws WaitInterruptedException when the thread is interrupted; its status is set again
   */
  T get();

  /**
   * As {@link #get()}, for at most {@code deadline}, in which the value has to be made and its
   * bytes brought here, from another node or from a disk. Zero looks once, starts the bringing and
   * does not wait.
   *
   * @throws GetTimeoutException when the value is not there in time; nothing is cancelled
   * @throws io.mobula.error.InvalidRequestException when {@code deadline} is negative
   */
  T get(Duration deadline);

  /**
   * As {@link #get()}, with views of store memory that last as long as {@code arena} does, and not
   * until the collector finds them unreachable: closing it lets go of the memory at once, and
   * whatever reads the views then gets an {@link IllegalStateException}. With a confined arena only
   * its own thread may read them, and closing costs next to nothing; a shared one takes some ten
   * microseconds to close.
   *
   * <pre>{@code
   * try (var arena = Arena.ofConfined()) {
   *   sum(weights.get(arena));
   * }
   * }</pre>
   */
  T get(Arena arena);

  /** Whether {@code get} would return or throw at once. Costs one volatile read. */
  boolean isReady();

  /**
   * The same outcome as a future of the JDK, completed on one of Mobula's callback threads, even if
   * this ref is closed meanwhile. Cancelling the future does not cancel the task.
   */
  CompletableFuture<T> toCompletableFuture();

  /**
   * Starts bringing the value to this node, so that a later {@code get} need not wait for it.
   * Returns at once.
   */
  void prefetch();

  /**
   * Cancels the task that would make this value, and the tasks it started in turn. One that has not
   * started never runs; one that runs is interrupted and sees {@link TaskContext#isCancelled()}.
   *
   * @return whether the value was still to come
   */
  default boolean cancel() {
    return cancel(true);
  }

  /**
   * As {@link #cancel()}.
   *
   * @param recursive whether tasks that the task started are cancelled too
   */
  boolean cancel(boolean recursive);

  /**
   * Gives this ref back. The value is freed at once when no other ref, pending argument or
   * containing value holds it; refs inside a value that was read are further refs. Closing again
   * does nothing; every other use throws {@link RefClosedException}. A ref of another runtime is
   * refused with {@link ForeignRefException} wherever it is passed.
   */
  @Override
  void close();
}
