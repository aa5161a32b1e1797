package io.mobula.jmh.onenode;

import io.mobula.jmh.measure.MachineDescription;
import io.mobula.jmh.measure.QuantityFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Benchmark of a single node: tasks, actor calls, put, get and start-up, each beside baselines that
 * do the same work, in one table.
 *
 * <p>With its defaults it takes about three minutes and some 5 GiB of memory. Run it on an
 * otherwise idle machine.
 */
public final class OneNodeBench {
  private static final int ROUNDS = 5;

  private final Request request;
  private final PrintStream progress;

  /**
   * Options of the benchmark.
   *
   * @param seconds warm-up time of each operation, and then its measuring time; memory rows take a
   *     part of it
   * @param only pattern that must occur in the first column of a row
   * @param json file for the numbers as JSON, or null
   */
  public record Request(
      double seconds, Pattern only, @Nullable Path json) {
    /** Refuses a time that is not above zero. */
    public Request {
      if (!(seconds > 0)) {
        throw new IllegalArgumentException("Wanted " + seconds + " seconds: it must be above zero");
      }
    }
  }

  /** Creates a benchmark that reports its progress to {@code progress}. */
  public OneNodeBench(Request request, PrintStream progress) {
    this.request = request;
    this.progress = progress;
  }

  /**
   * Measures all rows and prints the table.
   *
   * @return number of rows
   */
  public int run(PrintStream out) throws Exception {
    var measuredTimes = new MeasuredTimes();
    var timed = new ArrayList<BenchmarkRow>();
    var rounds = new InterleavedRounds(ROUNDS, request.seconds(), progress);
    for (var section : sections()) {
      try (var open = section.call()) {
        var rows = open.rows().stream()
            .filter(row -> request.only().matcher(row.title()).find())
            .toList();
        if (!rows.isEmpty()) {
          rounds.time(rows, open.timeShare(), measuredTimes);
          timed.addAll(rows);
        }
      }
    }
    var report = new OneNodeReport(timed, measuredTimes, MachineDescription.here());
    out.print(report.markdown());
    out.flush();
    write(report);
    return timed.size();
  }

  private List<Callable<BenchmarkSection>> sections() throws IOException {
    var sections = new ArrayList<Callable<BenchmarkSection>>();
    sections.add(TaskSection::open);
    sections.add(ActorSection::open);
    var sizes = sizesThatFit();
    sizes.forEach(bytes -> sections.add(() -> StoreSection.open(bytes)));
    sections.add(() -> ViewSection.open(sizes));
    sections.add(StartUpSection::open);
    return sections;
  }

  private List<Long> sizesThatFit() throws IOException {
    var fitting = new ArrayList<Long>();
    for (long bytes : StoreSection.SIZES) {
      if (StoreSection.fits(bytes)) {
        fitting.add(bytes);
      } else {
        progress.println("bench: no rows for " + QuantityFormat.size(bytes)
            + ": the heap, or shared memory, is too small for them");
      }
    }
    return List.copyOf(fitting);
  }

  private void write(OneNodeReport report) throws IOException {
    var file = request.json();
    if (file != null) {
      Files.writeString(file, report.json(), StandardCharsets.UTF_8);
      progress.println("bench: wrote " + file);
    }
  }
}
