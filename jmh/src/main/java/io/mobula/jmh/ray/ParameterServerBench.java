package io.mobula.jmh.ray;

import io.mobula.Mobula;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.ps.DenseWorker;
import io.mobula.ps.ParameterServer;
import io.mobula.ps.optimizer.Optimizers;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Counterpart of {@code jmh/compare/ray_parameter_server.py} with the sharded server of the module
 * {@code mobula-parameter-server}. One worker pushes a gradient, waits, and pulls the weights,
 * which is a single exchange here.
 *
 * <p>A JVM compiles the code of a server for most of a minute, and a server runs for days. Rounds
 * are therefore counted after a warm-up. The rate of the first seconds is printed, too.
 */
public final class ParameterServerBench {
  static final int[] SIZES = {1_024, 262_144, 25_000_000};
  static final String[] NAMES = {"4KB", "1MB", "100MB"};
  private static final float GRADIENT = 0.5f;
  private static final double RATE = 0.01;
  private static final double COLD_SECONDS = 4;

  private final Request request;
  private final PrintStream progress;

  /**
   * Options of the benchmark.
   *
   * @param inProcess whether the shards are in this JVM; otherwise they are in another
   * @param seconds measuring time for each size
   * @param warmUp seconds of warm-up before that
   * @param shards number of shards; 0 for half the cores, at least one
   * @param json file for the numbers as JSON, or null
   */
  public record Request(
      boolean inProcess,
      double seconds,
      double warmUp,
      int shards,
      @Nullable Path json) {
    /** Refuses times that are not positive, and a negative number of shards. */
    public Request {
      if (!(seconds > 0 && seconds < 1e6) || !(warmUp >= 0 && warmUp < 1e6) || shards < 0) {
        throw new IllegalArgumentException("Wanted " + seconds + " s after " + warmUp + " s with "
            + shards + " shards: more than 0 s, and nothing below 0");
      }
      shards = shards > 0 ? shards : Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
  }

  /** Creates a benchmark that reports its progress to {@code progress}. */
  public ParameterServerBench(Request request, PrintStream progress) {
    this.request = Objects.requireNonNull(request, "request");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /** Measures all sizes and prints a line for each, in the format of Ray's side. */
  public void run(PrintStream out) throws IOException {
    var mode =
        request.inProcess() ? WorkloadCluster.Mode.IN_PROCESS : WorkloadCluster.Mode.PROCESSES;
    List<String> json = new ArrayList<>();
    try (var cluster = WorkloadCluster.open(mode, 1, Mobula.settings())) {
      for (int i = 0; i < SIZES.length; i++) {
        progress.println(
            "bench: parameter server, " + mode + ", " + QuantityFormat.size(4L * SIZES[i]));
        var rates = rounds(cluster, SIZES[i]);
        var rate = rates.warm();
        out.printf(
            Locale.ROOT,
            "parameter server push+pull %s rounds/s=%.1f gradient_MB/s=%.1f cold_rounds/s=%.1f%n",
            NAMES[i],
            rate,
            rate * SIZES[i] * Float.BYTES / 1e6,
            rates.cold());
        json.add(String.format(
            Locale.ROOT,
            "{\"name\": \"parameter server push+pull %s\", \"unit\": \"rounds/s\", \"mean\": %.3f}",
            NAMES[i],
            rate));
      }
    }
    var file = request.json();
    if (file != null) {
      Files.writeString(
          file,
          json.stream().collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n")),
          StandardCharsets.UTF_8);
    }
  }

  private record Rates(double cold, double warm) {}

  private Rates rounds(WorkloadCluster cluster, int size) {
    var gradient = new float[size];
    Arrays.fill(gradient, GRADIENT);
    try (var server =
            ParameterServer.builder(cluster.runtime()).shards(request.shards()).build();
        var worker = server
            .dense("weights", size)
            .optimizer(Optimizers.sgd(RATE))
            .create()
            .join(0)) {
      double cold = repeat(worker, gradient, COLD_SECONDS);
      if (request.warmUp() > COLD_SECONDS) {
        var _ = repeat(worker, gradient, request.warmUp() - COLD_SECONDS);
      }
      return new Rates(cold, repeat(worker, gradient, request.seconds()));
    }
  }

  private static double repeat(DenseWorker worker, float[] gradient, double seconds) {
    long start = System.nanoTime();
    long rounds = 0;
    while (System.nanoTime() - start < seconds * 1e9) {
      try (var weights = worker.exchange(gradient)) {
        if (weights.range().length() != gradient.length || !(weights.get(rounds % 9) < 0)) {
          throw new IllegalStateException("Not the weights of so many updates: " + weights.get(0));
        }
      }
      rounds++;
    }
    return rounds * 1e9 / (System.nanoTime() - start);
  }
}
