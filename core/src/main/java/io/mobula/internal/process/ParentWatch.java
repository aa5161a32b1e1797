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
 * Watchdog of a child for its parent: when standard input ends, this JVM exits. Shutdown hooks have
 * a limited time; then the JVM halts. The parent writes {@value #STOP_LINE} before it closes the
 * pipe. Without that line the parent is gone, and the time is shorter.
 */
public final class ParentWatch {
  /** Exit code of a child whose shutdown hooks took too long. */
  public static final int HALTED = 70;

  /** Last line that the parent writes. */
  static final String STOP_LINE = "mobula-end";

  /** Maximum time for shutdown hooks when the parent is gone. */
  private static final Duration ORPHANED = Duration.ofSeconds(3);

  private final BufferedReader input;

  private ParentWatch(InputStream input) {
    this.input = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
  }

  /** Takes over this JVM's standard input. */
  public static ParentWatch ofStandardInput() {
    return new ParentWatch(System.in);
  }

  /**
   * Returns the next line from the parent, or null when the parent is gone or has asked for the
   * end.
   */
  public @Nullable String readLine() throws IOException {
    var line = input.readLine();
    return STOP_LINE.equals(line) ? null : line;
  }

  /**
   * Starts to watch: from now on the end of the input ends this JVM.
   *
   * @param bound how long shutdown hooks may take when the parent has asked for the end
   */
  public void start(Duration bound) {
    Thread.ofPlatform().daemon().name("mobula-parent-watch").start(() -> {
      boolean asked = awaitEndOfInput();
      exit(asked || bound.compareTo(ORPHANED) < 0 ? bound : ORPHANED);
    });
  }

  /** Waits for the end of the input and returns whether the parent has asked for it. */
  private boolean awaitEndOfInput() {
    boolean asked = false;
    try {
      for (var line = input.readLine(); line != null; line = input.readLine()) {
        asked = line.equals(STOP_LINE); // any other line is ignored
      }
    } catch (IOException brokenPipe) {
      return asked; // a broken pipe counts as the end
    }
    return asked;
  }

  private static void exit(Duration bound) {
    Thread.ofPlatform().daemon().name("mobula-exit").start(() -> System.exit(0));
    try {
      // the JVM exits during this wait when the hooks are done
      TimeUnit.NANOSECONDS.sleep(bound.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(HALTED);
  }
}
