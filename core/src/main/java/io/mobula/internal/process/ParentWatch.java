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
 * The child's side of the pipe that it hangs by: when its standard input ends, this JVM exits. Its
 * shutdown hooks have a bounded time; then it halts, whatever hangs. The parent says
 * {@value #STOP_LINE} before it closes the pipe; without that word it is gone, and the time is
 * short.
 */
public final class ParentWatch {
  /** The exit code of a child whose shutdown hooks took too long. */
  public static final int HALTED = 70;

  /** The parent's last line. */
  static final String STOP_LINE = "mobula-end";

  /** How long hooks have at most when the parent is gone. */
  private static final Duration ORPHANED = Duration.ofSeconds(3);

  private final BufferedReader input;

  private ParentWatch(InputStream input) {
    this.input = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
  }

  /** Takes over this JVM's standard input. */
  public static ParentWatch ofStandardInput() {
    return new ParentWatch(System.in);
  }

  /** The next line that the parent has written, or null when it is gone or wants the end. */
  public @Nullable String readLine() throws IOException {
    var line = input.readLine();
    return STOP_LINE.equals(line) ? null : line;
  }

  /**
   * From now on the end of the input ends this JVM.
   *
   * @param bound how long its shutdown hooks may take when the parent has asked for the end
   */
  public void start(Duration bound) {
    Thread.ofPlatform().daemon().name("mobula-parent-watch").start(() -> {
      boolean asked = awaitEndOfInput();
      exit(asked || bound.compareTo(ORPHANED) < 0 ? bound : ORPHANED);
    });
  }

  /** Whether the parent has said that it is to be. */
  private boolean awaitEndOfInput() {
    boolean asked = false;
    try {
      for (var line = input.readLine(); line != null; line = input.readLine()) {
        asked = line.equals(STOP_LINE); // whatever else the parent still says is for nobody
      }
    } catch (IOException brokenPipe) {
      return asked; // the same as its end
    }
    return asked;
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
