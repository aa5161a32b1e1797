package io.mobula.jmh.command;

import io.mobula.cli.ExitCode;
import io.mobula.jmh.cluster.ClusterBench;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula bench cluster}, which prints the tables for several processes in
 * {@code docs/performance.md}.
 */
@Command(
    name = "cluster",
    description = {
      "Time what happens between processes: objects shared on one host and between two, tasks, calls,"
          + " spilling, a node that is killed, start-up.",
      "Prints Markdown tables; progress goes to standard error. Takes about five minutes."
    },
    mixinStandardHelpOptions = true)
final class ClusterBenchCommand implements Callable<Integer> {
  private static final long MIB = 1 << 20;

  @Spec
  private CommandSpec spec;

  @Option(
      names = "--only",
      paramLabel = "TABLE",
      split = ",",
      description = "Only these tables: share, hosts, calls, spill, kill, start.")
  private List<String> only = List.of();

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "5",
      description = "How often each is measured (${DEFAULT-VALUE}); medians are printed.")
  private int rounds;

  @Option(
      names = "--bytes",
      paramLabel = "MIB",
      description = "The size of the large object, in MiB; 1024 where shared memory has room.")
  private @Nullable Long mebibytes;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "0.5",
      description = "How long each way of calling is repeated in a round (${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write all rounds there as JSON, too.")
  private @Nullable Path json;

  @Override
  public Integer call() throws Exception {
    var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    new ClusterBench(request(), System.err).run(out);
    return ExitCode.DONE;
  }

  private ClusterBench.Request request() throws IOException {
    try {
      var parts = EnumSet.noneOf(ClusterBench.Part.class);
      only.forEach(name -> parts.add(ClusterBench.Part.named(name)));
      long bytes =
          mebibytes == null ? ClusterBench.defaultBytes() : Math.multiplyExact(mebibytes, MIB);
      return new ClusterBench.Request(parts, rounds, bytes, (long) (seconds * 1e9), json);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ParameterException(spec.commandLine(), "mobula bench cluster: " + e.getMessage());
    }
  }
}
