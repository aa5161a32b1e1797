package io.mobula.cli;

import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/** Runs the JMH benchmarks. Every word goes to JMH as it is, {@code -h} included. */
@Command(
    name = "jmh",
    description = "Run the JMH benchmarks; what follows is JMH's own command line, -h shows it.")
final class JmhCommand implements Runnable {
  @Unmatched
  private List<String> words = new ArrayList<>();

  /** Hands over to JMH, which ends the JVM itself where it cannot go on. */
  @Override
  public void run() {
    try {
      Main.main(words.toArray(String[]::new));
    } catch (Exception e) {
      throw new IllegalStateException("JMH failed with " + words, e);
    }
  }
}
