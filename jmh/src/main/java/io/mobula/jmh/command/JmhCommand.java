package io.mobula.jmh.command;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * Command {@code mobula jmh}, which runs the JMH benchmarks. All arguments are passed to JMH
 * unchanged, {@code -h} included.
 */
@Command(
    name = "jmh",
    description = "Run the JMH benchmarks; what follows is JMH's own command line, -h shows it.")
final class JmhCommand implements Runnable {
  @Unmatched
  private List<String> words = new ArrayList<>();

  /** Calls JMH, which may end the JVM itself. */
  @Override
  public void run() {
    try {
      Main.main(words.toArray(String[]::new));
    } catch (Exception e) {
      throw new IllegalStateException("JMH failed with " + words, e);
    }
  }
}
