package io.mobula.jmh;

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
 * The bench of one node: tasks, actor calls, put, get and start-up, each beside the same work done
 * by bare means, in one table.
 *
 * <p>Takes about three minutes with its defaults, some 5 GiB of memory, and wants a machine that
 * does nothing else.
 */
public final class OneNodeBench {
  private static final int ROUNDS = 5;

  private final Request request;
  private final PrintStream progress;

  /**
   * What to measure.
   *
   * @param seconds for how long each contender is warmed up, and then timed again; memory rows take
   *     a part of it
   * @param only which rows: their first column has to contain a match
   * @param json where the numbers go as JSON, too, or null
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

  /** A bench whose progress goes to {@code progress}. */
  public OneNodeBench(Request request, PrintStream progress) {
    this.request = request;
    this.progress = progress;
  }

  /**
   * Measures and prints the table.
   *
   * @return how many rows there are
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
