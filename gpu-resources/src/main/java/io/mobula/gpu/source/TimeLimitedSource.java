package io.mobula.gpu.source;

import io.mobula.gpu.DeviceUsage;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Source with a timeout: it queries another source on a thread of its own, and is broken if that
 * takes too long, as drivers of dying devices do. While the source hangs it is not queried again;
 * once it answers, it is used as before. The thread ends after a second without queries.
 */
public final class TimeLimitedSource implements DeviceSource {
  private final DeviceSource source;
  private final Duration timeout;
  private final ThreadPoolExecutor thread;
  private @Nullable Future<?> hanging;

  /** Creates a source that queries another one for no longer than the timeout. */
  public TimeLimitedSource(DeviceSource source, Duration timeout) {
    this.source = source;
    this.timeout = timeout;
    this.thread = new ThreadPoolExecutor(
        1,
        1,
        1,
        TimeUnit.SECONDS,
        new LinkedBlockingQueue<>(),
        Thread.ofPlatform().daemon().name("mobula-" + source.name()).factory());
    this.thread.allowCoreThreadTimeOut(true);
  }

  @Override
  public String name() {
    return source.name();
  }

  @Override
  public SourceResult read() {
    return ask(source::read, "does not answer");
  }

  @Override
  public List<DeviceUsage> sample() {
    try {
      return wait(source::sample);
    } catch (TimeoutException | ExecutionException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  private SourceResult ask(Callable<SourceResult> question, String complaint) {
    try {
      return wait(question);
    } catch (TimeoutException e) {
      return SourceResult.broken(
          name(), name() + " " + complaint + " within " + timeout.toMillis() + " ms.");
    } catch (ExecutionException e) {
      return SourceResult.broken(name(), name() + " cannot be asked: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return SourceResult.broken(name(), name() + " was not waited for: interrupted.");
    }
  }

  private <T> T wait(Callable<T> question)
      throws TimeoutException, ExecutionException, InterruptedException {
    if (hanging != null && !hanging.isDone()) {
      throw new TimeoutException();
    }
    var answer = thread.submit(question);
    hanging = answer;
    return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Closes the underlying source. Returns at once if the driver hangs; it is then released once it
   * answers.
   */
  @Override
  public void close() {
    thread.execute(source::close);
    thread.shutdown();
    try {
      var _ = thread.awaitTermination(
          hanging == null || hanging.isDone() ? timeout.toNanos() : 0, TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
