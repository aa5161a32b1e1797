package io.mobula;

import io.mobula.error.ForeignRefException;
import io.mobula.error.GetTimeoutException;
import io.mobula.error.MobulaException;
import io.mobula.error.RefClosedException;
import io.mobula.error.TaskFailedException;
import io.mobula.error.WaitInterruptedException;
import io.mobula.tensor.Tensor;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Reference to a value that is, or will be, somewhere in the cluster: the result of a task or of an
 * actor call, or a value that was {@linkplain Mobula#put put}. Corresponds to Ray's
 * {@code ObjectRef}.
 *
 * <p>Safe for use by many threads. A ref may be an argument, be captured by a function, or be
 * stored in any other value; the value lives as long as a ref to it. {@link #close} releases this
 * ref early; otherwise the garbage collector does.
 *
 * @param <T> the type of the value
 */
public interface ObjectRef<T extends @Nullable Object> extends AutoCloseable {

  /** Returns the id of the object. */
  ObjectId id();

  /**
   * Waits for the value and returns it: a fresh copy of a mutable heap value, the value itself if
   * it is known to be immutable, and a read-only view of store memory for {@link Tensor},
   * {@code MemorySegment} and {@code ByteBuffer}.
   *
   * <p>A task that waits here releases its CPU while it waits, but never its GPUs.
   *
   * @throws TaskFailedException when the task threw; the cause is the exception of the task
   * @throws MobulaException another exception of the family: cancelled, timed out, lost, closed
   * @throws WaitInterruptedException when the thread is interrupted; its interrupt status is set
   *     again
   */
  T get();

  /**
   * Waits for the value for at most {@code timeout}, which includes the time to produce the value
   * and to fetch it from another node or a disk. Zero checks once, starts the fetch and does not
   * wait. See {@link #get()}.
   *
   * @throws GetTimeoutException when the value is not there in time; nothing is cancelled
   * @throws io.mobula.error.InvalidRequestException when {@code timeout} is negative
   */
  T get(Duration timeout);

  /**
   * Waits for the value, with views of store memory that live as long as {@code arena} instead of
   * until the garbage collector finds them unreachable. Closing the arena releases the memory at
   * once; a later read of the views throws {@link IllegalStateException}. With a confined arena
   * only its own thread may read the views, and closing is almost free; closing a shared arena
   * takes some ten microseconds. See {@link #get()}.
   *
   * <pre>{@code
   * try (var arena = Arena.ofConfined()) {
   *   sum(weights.get(arena));
   * }
   * }</pre>
   */
  T get(Arena arena);

  /** Returns whether {@code get} would return or throw at once. Costs one volatile read. */
  boolean isReady();

  /**
   * Returns a future with the same outcome, completed on one of Mobula's callback threads, even if
   * this ref is closed before. A failure is the exception that {@link #get()} would throw.
   * Cancelling the future does not cancel the task.
   */
  CompletableFuture<T> toCompletableFuture();

  /**
   * Starts to fetch the value to this node, so that a later {@code get} need not wait. Returns at
   * once.
   */
  void prefetch();

  /**
   * Cancels the task that produces this value, and the tasks that it started. A task that has not
   * started never runs; a running task is interrupted and sees {@link TaskContext#isCancelled()}.
   * Does not wait for the task to end. A value that was put is not affected.
   *
   * @return whether the value was still pending
   */
  default boolean cancel() {
    return cancel(true);
  }

  /**
   * Cancels the task that produces this value; see {@link #cancel()}.
   *
   * @param recursive whether tasks that the task started are cancelled, too
   * @return whether the value was still pending
   */
  boolean cancel(boolean recursive);

  /**
   * Releases this reference early. The value is freed at once if no other ref, pending argument or
   * containing value holds it; refs inside a value that was read are refs of their own. Closing
   * again does nothing; every other use throws {@link RefClosedException}. Passing a ref to another
   * runtime throws {@link ForeignRefException}.
   */
  @Override
  void close();
}
