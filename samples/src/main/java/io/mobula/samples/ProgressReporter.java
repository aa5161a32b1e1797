package io.mobula.samples;

import java.io.Console;
import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Progress of a long run on standard error: a bar on a terminal, otherwise a plain line at every
 * tenth of the run. For one thread.
 */
public final class ProgressReporter implements AutoCloseable {
  private static final int LINES = 10;

  private final String title;
  private final long steps;
  private final PrintStream lines;
  private final @Nullable ProgressBar bar;
  private long done;

  private ProgressReporter(String title, long steps, PrintStream lines, @Nullable ProgressBar bar) {
    this.title = title;
    this.steps = steps;
    this.lines = lines;
    this.bar = bar;
  }

  /** Starts the display of a run of {@code steps} steps, at least one. */
  public static ProgressReporter of(String title, long steps) {
    return new ProgressReporter(title, steps, System.err, isTerminal() ? bar(title, steps) : null);
  }

  /**
   * Returns whether standard error is a terminal. Error Prone's warning applies to JDK 22 to 24
   * only: 25 returns null again where there is no terminal.
   */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  private static ProgressBar bar(String title, long steps) {
    return new ProgressBarBuilder()
        .setTaskName(title)
        .setInitialMax(steps)
        .setStyle(ProgressBarStyle.ASCII)
        .build();
  }

  /** Records that one step is done; {@code message} describes the current state in a few words. */
  public void step(String message) {
    done++;
    if (bar != null) {
      bar.setExtraMessage(" " + message).step();
    } else if (done * LINES / steps != (done - 1) * LINES / steps) {
      lines.println(title + " " + done + "/" + steps + " " + message);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
