package io.mobula.jmh.recovery;

import io.mobula.ActorHandle;
import io.mobula.CheckpointedActor;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.jmh.measure.MachineDescription;
import io.mobula.jmh.measure.QuantityFormat;
import io.mobula.placement.Placement;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Benchmark of recovery: the time from the kill of a node until its work continues elsewhere. All
 * processes are on one machine and share its clock. Prints a Markdown table of medians.
 */
public final class RecoveryBench {
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final long ROOM = 64 << 20;
  private static final long HEAP = 256 << 20;

  private final Request request;
  private final PrintStream progress;

  /**
   * Options of the benchmark.
   *
   * @param rounds number of kills of each kind
   * @param bytes size of the object, and of the actor's state
   * @param directory directory in which the state is saved
   */
  public record Request(int rounds, long bytes, Path directory) {
    private static final long MAX_BYTES = 1 << 30;

    /** Refuses numbers that are out of range. */
    public Request {
      if (rounds < 1 || rounds > 1000) {
        throw new IllegalArgumentException("wanted " + rounds + " rounds: from 1 to 1000");
      }
      if (bytes < 1 || bytes > MAX_BYTES) {
        throw new IllegalArgumentException("wanted " + bytes + " bytes: from 1 to " + MAX_BYTES);
      }
    }
  }

  /** Creates a benchmark that reports its progress to {@code progress}. */
  public RecoveryBench(Request request, PrintStream progress) {
    this.request = request;
    this.progress = progress;
  }

  /** Measures all rows on nodes of its own and prints the table. */
  public void run(PrintStream out) throws IOException, InterruptedException {
    out.println(MachineDescription.here().describe());
    out.println();
    out.println("| what is killed | median | all |");
    out.println("|---|--:|---|");
    try (var nodes = new KillableNodes(settings(), false, HEAP, progress)) {
      print(out, "the node of a task, same host: until it begins again", nodes, this::task);
    }
    try (var nodes = new KillableNodes(settings(), true, HEAP, progress)) {
      print(out, "the node of a task, another host: until it begins again", nodes, this::task);
    }
    var size = QuantityFormat.size(request.bytes());
    try (var nodes = new KillableNodes(settings(), false, HEAP + 2 * request.bytes(), progress)) {
      print(
          out, "the only copy of an object of " + size + ": until it is read", nodes, this::object);
    }
    var states = Files.createTempDirectory(request.directory(), "mobula-recovery");
    var saved = settings().set("mobula.actors.checkpoint-directory", states.toString());
    try (var nodes = new KillableNodes(saved, false, HEAP + 3 * request.bytes(), progress)) {
      print(
          out,
          "the node of an actor with a state of " + size + ": until it answers",
          nodes,
          this::actor);
    } finally {
      remove(states);
    }
  }

  private Settings settings() {
    return Mobula.settings()
        .cpus(1)
        .storeCapacity(ROOM + 2 * request.bytes())
        .set("mobula.cluster.listen", "on");
  }

  /** Round with one kill, which returns the recovery time in nanoseconds. */
  private interface KillRound {
    long run(KillableNodes nodes) throws IOException, InterruptedException;
  }

  private void print(PrintStream out, String what, KillableNodes nodes, KillRound round)
      throws IOException, InterruptedException {
    var took = new long[request.rounds()];
    for (int i = 0; i < took.length; i++) {
      took[i] = round.run(nodes);
      progress.println("bench: recovery, " + what + ": " + QuantityFormat.time((double) took[i]));
      nodes.startMissing();
    }
    var all =
        String.join(" ", Arrays.stream(took).mapToObj(QuantityFormat::time).toList());
    Arrays.sort(took);
    out.println("| " + what + " | " + QuantityFormat.time((double) took[took.length / 2]) + " | "
        + all + " |");
  }

  // ---- rounds

  private long task(KillableNodes nodes) throws IOException, InterruptedException {
    var folder = Files.createTempDirectory("mobula-recovery");
    var mark = folder.resolve("begun");
    try {
      ObjectRef<Long> begun = nodes
          .driver()
          .task(RecoveryBench::beginAgain, mark.toString())
          .placement(Placement.preferring(nodes.first()))
          .remote();
      awaitMark(mark);
      long killed = nodes.killFirst();
      return begun.get(LIMIT) - killed;
    } finally {
      remove(folder);
    }
  }

  /**
   * Returns the time at which the task begins again. The first run creates the mark file and hangs
   * until its node is killed; a run that finds the file returns. The number of the attempt would
   * not do, since an attempt whose node dies before the body begins does not count.
   */
  static long beginAgain(String mark) throws IOException, InterruptedException {
    long begun = System.nanoTime();
    try {
      Files.createFile(Path.of(mark));
    } catch (FileAlreadyExistsException again) {
      return begun;
    }
    TimeUnit.NANOSECONDS.sleep(LIMIT.toNanos());
    return begun;
  }

  private static void awaitMark(Path mark) throws InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!Files.exists(mark)) {
      if (System.nanoTime() - end > 0) {
        throw new IllegalStateException("No task has begun within " + LIMIT);
      }
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private long object(KillableNodes nodes) {
    ObjectRef<Tensor> made = nodes
        .driver()
        .task(RecoveryBench::numbers, request.bytes())
        .placement(Placement.preferring(nodes.first()))
        .remote();
    nodes.driver().wait(List.of(made), 1, LIMIT);
    long killed = nodes.killFirst();
    try (made;
        var numbers = made.get(LIMIT)) {
      long took = System.nanoTime() - killed;
      if (numbers.byteSize() != request.bytes()) {
        throw new IllegalStateException("It has " + numbers.byteSize() + " bytes");
      }
      return took;
    }
  }

  static Tensor numbers(long bytes) {
    return Tensor.allocate(DType.FLOAT32, bytes / Float.BYTES);
  }

  private long actor(KillableNodes nodes) {
    ActorHandle<LargeStateActor> actor = nodes
        .driver()
        .actor(LargeStateActor::new, (int) request.bytes())
        .placement(Placement.preferring(nodes.first()))
        .maxRestarts(1)
        .maxCallRetries(1)
        .checkpointEvery(1)
        .remote();
    long before = actor.call(LargeStateActor::next).remote().get(LIMIT);
    long killed = nodes.killFirst();
    long after = actor.call(LargeStateActor::next).remote().get(LIMIT);
    long took = System.nanoTime() - killed;
    actor.kill();
    if (after != before + 1) {
      throw new IllegalStateException("It counted " + before + ", then " + after);
    }
    return took;
  }

  /** Actor with a large state, of which it changes little. */
  static final class LargeStateActor implements CheckpointedActor<byte[]> {
    private byte[] state;

    LargeStateActor(int bytes) {
      state = new byte[bytes];
    }

    @Override
    public byte[] save() {
      return state;
    }

    @Override
    public void load(byte[] saved) {
      state = saved;
    }

    long next() {
      return ++state[0];
    }
  }

  private static void remove(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
