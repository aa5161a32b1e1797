package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.ledger.LedgerBench;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Command {@code mobula bench ledger}, which measures how fast a ledger grants leases. */
@Command(
    name = "ledger",
    description = {
      "Ask a ledger for cores, shares of devices and whole ones: leases granted and given back a"
          + " second.",
      "Prints a Markdown table."
    },
    mixinStandardHelpOptions = true)
final class LedgerBenchCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "How often each row is measured; the median is printed (${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "2",
      description = "How long each round takes, half of it to warm up (${DEFAULT-VALUE}).")
  private double seconds;

  @Override
  public Integer call() throws InterruptedException {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    try {
      new LedgerBench(rounds, seconds).run(out);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench ledger: " + e.getMessage());
    }
    return ExitCode.DONE;
  }
}
