package io.mobula.internal.process;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The child's side of the pipe that it hangs by: when its standard input ends, the JVM that started
 * it has asked for the end or is gone, and this JVM exits. Its shutdown hooks have a bounded time;
 * then it halts, whatever hangs.
 */
public final class ParentWatch {
  /** The exit code of a child whose shutdown hooks took too long. */
  public static final int HALTED = 70;

  private final BufferedReader input;

  private ParentWatch(InputStream input) {
    this.input = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
  }

  /** Takes over this JVM's standard input. */
  public static ParentWatch ofStandardInput() {
    return new ParentWatch(System.in);
  }

  /** The next line that the parent has written, or null when there is no parent any more. */
  public @Nullable String readLine() throws IOException {
    return input.readLine();
  }

  /**
   * From now on the end of the input ends this JVM.
   *
   * @param bound how long its shutdown hooks may take
   */
  public void start(Duration bound) {
    Thread.ofPlatform().daemon().name("mobula-parent-watch").start(() -> {
      awaitEndOfInput();
      exit(bound);
    });
  }

  private void awaitEndOfInput() {
    try {
      while (input.read() >= 0) {
        // whatever the parent still says is for nobody
      }
    } catch (IOException brokenPipe) {
      return; // the same as its end
    }
  }

  private static void exit(Duration bound) {
    Thread.ofPlatform().daemon().name("mobula-exit").start(() -> System.exit(0));
    try {
      TimeUnit.NANOSECONDS.sleep(bound.toNanos()); // the JVM ends under it when the hooks are done
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(HALTED);
  }
}
