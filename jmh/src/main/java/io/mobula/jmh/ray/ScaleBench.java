package io.mobula.jmh.ray;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.jmh.measure.MachineDescription;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Benchmark of very large numbers of tasks, actors, refs and bytes, after Ray's {@code single_node}
 * release tests. It runs a driver and a node as two processes.
 */
public final class ScaleBench {
  private static final int REFS = 10_000;
  private static final int RESULTS = 3_000;
  private static final int HELD = 200_000;
  private static final double SHARE_OF_MEMORY = 0.4;

  private final Request request;
  private final PrintStream progress;
  private final List<ScaleRow> rows = new ArrayList<>();

  /**
   * Options of the benchmark.
   *
   * @param tasks number of tasks that are queued
   * @param actors number of actors that are created and called once each
   * @param bytes size of the large object; null for two fifths of the available memory
   * @param json file for the numbers as JSON, or null
   */
  public record Request(
      int tasks, int actors, @Nullable Long bytes, @Nullable Path json) {
    /** Refuses fewer than one task or actor, and too small an object. */
    public Request {
      if (tasks < 1 || actors < 1 || (bytes != null && bytes < Long.BYTES)) {
        throw new IllegalArgumentException("Wanted " + tasks + " tasks, " + actors
            + " actors and an object of " + bytes + " bytes: at least one of each");
      }
    }
  }

  private record ScaleRow(String name, long count, double seconds, long peakBytes) {
    String markdown() {
      return String.format(
          Locale.ROOT,
          "| %s | %d | %.2f s | %.0f/s | %.0f MB |%n",
          name,
          count,
          seconds,
          count / seconds,
          peakBytes / 1e6);
    }

    String json() {
      return String.format(
          Locale.ROOT,
          "{\"name\": \"%s\", \"count\": %d, \"seconds\": %.3f, \"peak_bytes\": %d}",
          name,
          count,
          seconds,
          peakBytes);
    }
  }

  /** Creates a benchmark that reports its progress to {@code progress}. */
  public ScaleBench(Request request, PrintStream progress) {
    this.request = Objects.requireNonNull(request, "request");
    this.progress = Objects.requireNonNull(progress, "progress");
  }

  /** Measures all rows and prints each as soon as it is known. */
  public void run(PrintStream out) throws IOException {
    out.println("| what | count | time | rate | peak memory |");
    out.println("|---|---|---|---|---|");
    var object = request.bytes();
    long bytes = object == null ? (long) (available() * SHARE_OF_MEMORY) : object;
    var settings = Mobula.settings()
        .set("mobula.tasks.max-pending", 2L * request.tasks())
        .storeCapacity(bytes / 10 * 11);
    try (var cluster = WorkloadCluster.open(WorkloadCluster.Mode.PROCESSES, 1, settings)) {
      var runtime = cluster.runtime();
      measure(out, "tasks queued, then run", request.tasks(), () -> queue(runtime));
      measure(out, "actors made and called once", request.actors(), () -> actors(runtime));
      measure(out, "ref arguments of one task", REFS, () -> arguments(runtime));
      measure(out, "results of one task", RESULTS, () -> results(runtime));
      measure(out, "refs in one get", REFS, () -> gets(runtime));
      measure(out, "bytes in one object, put and read", bytes, () -> large(runtime, bytes));
      held(out, runtime);
    }
    out.println(MachineDescription.here().describe());
    var file = request.json();
    if (file != null) {
      Files.writeString(
          file,
          rows.stream().map(ScaleRow::json).collect(Collectors.joining(",\n  ", "[\n  ", "\n]\n")),
          StandardCharsets.UTF_8);
      progress.println("bench: wrote " + file);
    }
  }

  private void measure(PrintStream out, String name, long count, Runnable work) {
    progress.println("bench: " + name + ", " + count);
    try (var peak = PeakMemory.watch()) {
      long start = System.nanoTime();
      work.run();
      rows.add(new ScaleRow(name, count, (System.nanoTime() - start) / 1e9, peak.bytes()));
    }
    out.print(rows.getLast().markdown());
    out.flush();
  }

  /** Measures how much this heap grows for each open ref of a small result. */
  private void held(PrintStream out, MobulaRuntime runtime) {
    progress.println("bench: held refs, " + HELD);
    long before = heapInUse();
    long start = System.nanoTime();
    var refs = new ArrayList<ObjectRef<byte[]>>(HELD);
    double seconds;
    long bytes;
    try {
      for (int i = 0; i < HELD; i++) {
        refs.add(runtime.task(RayPerfTasks::smallValue).remote());
      }
      runtime.wait(refs, HELD, Duration.ofMinutes(5));
      seconds = (System.nanoTime() - start) / 1e9;
      bytes = heapInUse() - before;
    } finally {
      Reference.reachabilityFence(refs);
    }
    rows.add(new ScaleRow("held refs of small results", HELD, seconds, bytes));
    out.print(rows.getLast().markdown());
    out.printf(Locale.ROOT, "%nA held ref takes %d bytes of the driver's heap.%n", bytes / HELD);
  }

  private static long heapInUse() {
    var memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    memory.gc(); // collects what the first call made unreachable
    return memory.getHeapMemoryUsage().getUsed();
  }

  private static long available() throws IOException {
    return Files.getFileStore(Path.of("/dev/shm")).getUsableSpace();
  }

  private void queue(MobulaRuntime runtime) {
    var refs = new ArrayList<ObjectRef<byte[]>>(request.tasks());
    for (int i = 0; i < request.tasks(); i++) {
      refs.add(runtime.task(RayPerfTasks::smallValue).remote());
    }
    progress.println("bench: submitted");
    runtime.get(refs);
  }

  private void actors(MobulaRuntime runtime) {
    var actors = new ArrayList<ActorHandle<RayPerfTasks.Server>>(request.actors());
    var refs = new ArrayList<ObjectRef<byte[]>>(request.actors());
    for (int i = 0; i < request.actors(); i++) {
      var actor = runtime.actor(RayPerfTasks.Server::new).remote();
      actors.add(actor);
      refs.add(actor.call(RayPerfTasks.Server::smallValue).remote());
    }
    runtime.get(refs);
    actors.forEach(ActorHandle::kill);
  }

  private static List<ObjectRef<Integer>> refs(MobulaRuntime runtime) {
    var refs = new ArrayList<ObjectRef<Integer>>(REFS);
    for (int i = 0; i < REFS; i++) {
      refs.add(runtime.put(i));
    }
    return refs;
  }

  private static void arguments(MobulaRuntime runtime) {
    long sum = runtime.task(ScaleBench::sum, refs(runtime)).remote().get();
    require(sum == REFS * (REFS - 1L) / 2);
  }

  static long sum(List<ObjectRef<Integer>> refs) {
    long sum = 0;
    for (var ref : refs) {
      sum += ref.get();
    }
    return sum;
  }

  private static void results(MobulaRuntime runtime) {
    List<ObjectRef<Integer>> results =
        runtime.task(ScaleBench::numbers, RESULTS).remote(ResultForm.many(RESULTS));
    require(runtime.get(results).size() == RESULTS);
  }

  static List<Integer> numbers(int count) {
    var numbers = new ArrayList<Integer>(count);
    for (int i = 0; i < count; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private static void gets(MobulaRuntime runtime) {
    require(runtime.get(refs(runtime)).size() == REFS);
  }

  private static void large(MobulaRuntime runtime, long bytes) {
    try (var room = runtime.create(bytes)) {
      room.segment().fill((byte) 1);
      try (var ref = room.seal(DType.INT8, bytes)) {
        long last = runtime.task(ScaleBench::last, ref).remote().get();
        require(last == 1);
      }
    }
  }

  static long last(Tensor tensor) {
    try (tensor) {
      return tensor.getByte(tensor.byteSize() - 1);
    }
  }

  private static void require(boolean right) {
    if (!right) {
      throw new IllegalStateException("A wrong result: the numbers are not worth anything");
    }
  }
}
