package io.mobula;

import io.mobula.spi.RuntimeEngine;
import io.mobula.spi.TaskRequest;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Form in which {@code remote} returns the results of a call, other than one ref to what the
 * function returns. The compiler refuses a form that does not fit what the function returns.
 *
 * <pre>{@code
 * try (var pages = Mobula.task(Crawler::pages, url).remote(ResultForm.stream())) { ... }
 * List<ObjectRef<Part>> parts = Mobula.task(Splitter::halves, text).remote(ResultForm.many(2));
 * ObjectRef<Answer> answer = service.call(Service::ask, question).remote(ResultForm.async());
 * }</pre>
 *
 * @param <R> what the function must return
 * @param <Q> what {@code remote} returns
 */
public abstract sealed class ResultForm<R extends @Nullable Object, Q> {
  private static final ResultForm<?, ObjectRefStream<?>> STREAM = new StreamForm();
  private static final SingleForm<?, ?> ASYNC = new SingleForm<>();

  private ResultForm() {}

  abstract Q start(RuntimeEngine engine, TaskRequest request);

  /**
   * Returns the form for a function that returns a {@link Stream}: its elements one by one as they
   * are produced. The task is paused while {@link TaskBuilder#maxUnread} elements are unread.
   */
  @SuppressWarnings("unchecked") // one form for all types of elements
  public static <E extends @Nullable Object>
      ResultForm<Stream<? extends E>, ObjectRefStream<E>> stream() {
    return (ResultForm<Stream<? extends E>, ObjectRefStream<E>>) (ResultForm<?, ?>) STREAM;
  }

  /**
   * Returns the form for a function that returns an {@link Iterator}: its elements one by one; see
   * {@link #stream}.
   */
  @SuppressWarnings("unchecked") // one form for all types of elements
  public static <E extends @Nullable Object>
      ResultForm<Iterator<? extends E>, ObjectRefStream<E>> iterator() {
    return (ResultForm<Iterator<? extends E>, ObjectRefStream<E>>) (ResultForm<?, ?>) STREAM;
  }

  /**
   * Returns the form for a function that returns a collection of exactly {@code count} elements: a
   * ref to each element.
   *
   * @throws io.mobula.error.InvalidRequestException when {@code count} is below 1
   */
  public static <E extends @Nullable Object>
      ResultForm<Collection<? extends E>, List<ObjectRef<E>>> many(int count) {
    return new ManyForm<>(TaskRequest.requireCount(count));
  }

  /**
   * Returns the form for a function or an actor's method that returns a {@link CompletionStage}: a
   * ref to the value of the stage. The thread and the resources of a task are released as soon as
   * the function has returned, and an actor may start its next call before the stage completes.
   * ({@code remote()} does the same, but its result can only be typed as a ref to the stage, which
   * no reader ever receives.)
   */
  @SuppressWarnings("unchecked") // one form for all types of values
  public static <E extends @Nullable Object> SingleForm<CompletionStage<? extends E>, E> async() {
    return (SingleForm<CompletionStage<? extends E>, E>) ASYNC;
  }

  /**
   * Form with one result, which calls of actors have, too.
   *
   * @param <R> what the function must return
   * @param <E> the type of the result
   */
  public static final class SingleForm<R extends @Nullable Object, E extends @Nullable Object>
      extends ResultForm<R, ObjectRef<E>> {
    private SingleForm() {}

    @Override
    ObjectRef<E> start(RuntimeEngine engine, TaskRequest request) {
      return engine.submit(request);
    }
  }

  private static final class StreamForm extends ResultForm<Object, ObjectRefStream<?>> {
    @Override
    ObjectRefStream<?> start(RuntimeEngine engine, TaskRequest request) {
      return engine.submitStream(request);
    }
  }

  private static final class ManyForm<E extends @Nullable Object>
      extends ResultForm<Collection<? extends E>, List<ObjectRef<E>>> {
    private final int count;

    private ManyForm(int count) {
      this.count = count;
    }

    @Override
    List<ObjectRef<E>> start(RuntimeEngine engine, TaskRequest request) {
      return engine.submitMany(request, count);
    }
  }
}
