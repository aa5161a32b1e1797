package io.mobula.samples;

import java.io.Console;
import java.io.PrintStream;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows on standard error how far a long run has come: a bar on a terminal, a plain line at every
 * tenth elsewhere. For one thread.
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

  /** Begins a run of that many steps, at least one. */
  public static ProgressReporter of(String title, long steps) {
    return new ProgressReporter(title, steps, System.err, isTerminal() ? bar(title, steps) : null);
  }

  /** Error Prone holds for JDK 22 to 24 only: 25 gives null again where there is no terminal. */
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

  /** One step is done; {@code message} says in a few words where things stand. */
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
