package io.mobula.jmh.cluster;

import io.mobula.jmh.measure.MachineDescription;
import io.mobula.jmh.measure.QuantityFormat;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Benchmark of several processes, with one table for each {@link Part}.
 *
 * <p>With its defaults it takes some five minutes. Run it on an otherwise idle machine.
 */
public final class ClusterBench {
  private static final long DEFAULT_BYTES = 1L << 30;
  private static final long MIN_BYTES = 16L << 20;
  private static final int ROOM = 4; // objects in shared memory: two stores' and a margin

  private final Request request;
  private final PrintStream progress;

  /** Tables of the benchmark, in order. */
  public enum Part {
    /** One object read by three processes of its host. */
    SHARE,
    /** Transfer of that object to another host. */
    HOSTS,
    /** Gets, tasks and actor calls between two processes. */
    CALLS,
    /** Spilling of objects with four times the size of the store. */
    SPILL,
    /** Time from the kill of a node until its task runs again. */
    KILL,
    /** Start of clusters and drivers. */
    START;

    /** Returns the name that the command line uses. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the part of that name.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Part named(String name) {
      for (var part : values()) {
        if (part.toString().equals(name)) {
          return part;
        }
      }
      throw new IllegalArgumentException(
          "Wanted the table \"" + name + "\"; there are " + EnumSet.allOf(Part.class));
    }
  }

  /**
   * Options of the benchmark.
   *
   * @param parts tables to measure
   * @param rounds number of rounds; medians are printed
   * @param bytes size of the large object
   * @param slice nanoseconds for which each kind of call is repeated in a round
   * @param json file for the numbers as JSON, or null
   */
  public record Request(
      Set<Part> parts,
      int rounds,
      long bytes,
      long slice,
      @Nullable Path json) {
    /** Refuses fewer than one round, and an object that is too small to be in a store. */
    public Request {
      parts = parts.isEmpty() ? EnumSet.allOf(Part.class) : EnumSet.copyOf(parts);
      if (rounds < 1) {
        throw new IllegalArgumentException("Wanted " + rounds + " rounds: the least is 1");
      }
      if (bytes < MIN_BYTES || bytes % Long.BYTES != 0) {
        throw new IllegalArgumentException("Wanted an object of " + bytes + " bytes: the least is "
            + MIN_BYTES + ", and a multiple of " + Long.BYTES);
      }
      if (slice < 1) {
        throw new IllegalArgumentException("Wanted slices of " + slice + " ns: the least is 1");
      }
    }
  }

  /** Creates a benchmark that reports its progress to {@code progress}. */
  public ClusterBench(Request request, PrintStream progress) {
    this.request = Objects.requireNonNull(request, "request");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /** Returns one GiB, halved until shared memory has room for the objects. */
  public static long defaultBytes() throws IOException {
    long room = Files.getFileStore(ScratchDirectory.sharedMemory()).getUsableSpace();
    long bytes = DEFAULT_BYTES;
    while (bytes > MIN_BYTES && bytes * ROOM > room) {
      bytes /= 2;
    }
    return bytes;
  }

  /** Measures the tables and prints each as soon as it is complete. */
  public void run(PrintStream out) throws Exception {
    if (request.bytes() < DEFAULT_BYTES) {
      progress.println("bench: the large object has " + QuantityFormat.size(request.bytes()));
    }
    var tables = new ArrayList<MeasuredTable>();
    for (var part : request.parts()) {
      long start = System.nanoTime();
      var table = measure(part);
      tables.add(table);
      out.print(table.markdown());
      out.flush();
      progress.println(
          "bench: " + part + ": " + QuantityFormat.time((double) (System.nanoTime() - start)));
    }
    var report = new ClusterBenchReport(tables, MachineDescription.here());
    out.print(report.closing());
    out.flush();
    var file = request.json();
    if (file != null) {
      Files.writeString(file, report.json(), StandardCharsets.UTF_8);
      progress.println("bench: wrote " + file);
    }
  }

  private MeasuredTable measure(Part part) throws Exception {
    return switch (part) {
      case SHARE -> SharedReadBench.measure(request);
      case HOSTS -> CrossHostBench.measure(request, progress);
      case CALLS -> RemoteCallBench.measure(request);
      case SPILL -> SpillBench.measure(request);
      case KILL -> NodeKillBench.measure(request, progress);
      case START -> StartUpBench.measure(request, progress);
    };
  }
}
