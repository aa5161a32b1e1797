package io.mobula.jmh.cluster;

import io.mobula.jmh.MachineDescription;
import io.mobula.jmh.QuantityFormat;
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
 * The bench of several processes: objects shared on one host and between two, tasks and calls that
 * go to another process, spilling, a node that is killed, and start-up, each a table.
 *
 * <p>Takes some five minutes with its defaults, and wants a machine that does nothing else.
 */
public final class ClusterBench {
  private static final long DEFAULT_BYTES = 1L << 30;
  private static final long LEAST = 16L << 20;
  private static final int ROOM = 4; // objects in shared memory: two stores', and a margin

  private final Request request;
  private final PrintStream progress;

  /** The tables, in order. */
  public enum Part {
    /** One object read by three processes of its host. */
    SHARE,
    /** The same object brought to another host. */
    HOSTS,
    /** Get, tasks and actor calls between two processes. */
    CALLS,
    /** Objects four times the store's size. */
    SPILL,
    /** From the end of a node to what it ran running again. */
    KILL,
    /** Clusters and drivers that start. */
    START;

    /** As the command line has it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The part of that name.
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
   * What to measure.
   *
   * @param parts which tables
   * @param rounds how often; medians are printed
   * @param bytes the size of the large object
   * @param slice nanoseconds that each way of calling is repeated for in a round
   * @param json where the numbers go as JSON, too, or null
   */
  public record Request(
      Set<Part> parts,
      int rounds,
      long bytes,
      long slice,
      @Nullable Path json) {
    /** Refuses no rounds, and an object that is too small to be in a store. */
    public Request {
      parts = parts.isEmpty() ? EnumSet.allOf(Part.class) : EnumSet.copyOf(parts);
      if (rounds < 1) {
        throw new IllegalArgumentException("Wanted " + rounds + " rounds: the least is 1");
      }
      if (bytes < LEAST || bytes % Long.BYTES != 0) {
        throw new IllegalArgumentException("Wanted an object of " + bytes + " bytes: the least is "
            + LEAST + ", and a multiple of " + Long.BYTES);
      }
      if (slice < 1) {
        throw new IllegalArgumentException("Wanted slices of " + slice + " ns: the least is 1");
      }
    }
  }

  /** A bench whose progress goes to {@code progress}. */
  public ClusterBench(Request request, PrintStream progress) {
    this.request = Objects.requireNonNull(request, "request");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /** One GiB, or the largest half, quarter and so on of it that shared memory has room for. */
  public static long defaultBytes() throws IOException {
    long room = Files.getFileStore(ScratchDirectory.sharedMemory()).getUsableSpace();
    long bytes = DEFAULT_BYTES;
    while (bytes > LEAST && bytes * ROOM > room) {
      bytes /= 2;
    }
    return bytes;
  }

  /** Measures and prints each table as soon as it is known. */
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
