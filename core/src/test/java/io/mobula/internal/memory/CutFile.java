package io.mobula.internal.memory;

import io.mobula.internal.process.ChildJvm;
import io.mobula.internal.process.ChildPlan;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

/**
 * Mapped file that is cut to its first page. What the JVM makes of a missing page depends on the
 * machine code that meets it and may end the process, so operations on it run in another JVM.
 */
public final class CutFile {
  /** Size of the mapped memory in bytes: five pages, of which four are missing. */
  public static final int SIZE = 20_000;

  /** Number of runs after which an operation has been compiled. */
  public static final int ROUNDS = 20_000;

  private static final int PAGE = 4096;

  private CutFile() {}

  /** Operation on mapped memory. */
  public interface MemoryOperation {
    /** Runs the operation on this memory. */
    void on(MemorySegment memory) throws IOException;
  }

  /**
   * Runs an operation on a file that was cut: first in interpreted code, then, after some runs on a
   * whole file, in compiled code.
   *
   * @param fill fills each file before the operation runs
   * @param rounds number of runs on the whole file; 0 to run interpreted code only
   * @return how many of the two runs failed with an {@link InternalError} or {@link IOException}
   */
  public static int faults(Path folder, int rounds, MemoryOperation fill, MemoryOperation operation)
      throws IOException {
    try (var arena = Arena.ofShared()) {
      var whole = map(folder, arena, fill, SIZE);
      var cut = map(folder, arena, fill, PAGE);
      int faults = isFault(cut, operation) ? 1 : 0;
      for (int i = 0; i < rounds; i++) {
        operation.on(whole);
      }
      return rounds > 0 && isFault(cut, operation) ? faults + 1 : faults;
    }
  }

  private static MemorySegment map(Path folder, Arena arena, MemoryOperation fill, long left)
      throws IOException {
    var file = Files.createTempFile(folder, "pages", null);
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var mapped = channel.map(MapMode.READ_WRITE, 0, SIZE, arena);
      fill.on(mapped);
      channel.truncate(left);
      return mapped;
    }
  }

  private static boolean isFault(MemorySegment cut, MemoryOperation operation) {
    try {
      operation.on(cut);
      return false;
    } catch (InternalError | IOException missing) {
      return true;
    }
  }

  /**
   * Runs a program in another JVM, with the folder as its argument.
   *
   * @return what it has printed, and its exit code as the last line
   */
  public static List<String> run(Class<?> program, Path folder) throws Exception {
    var lines = new CopyOnWriteArrayList<String>();
    var plan = ChildPlan.of("cut", program.getName()).arguments(folder.toString());
    try (var child = ChildJvm.start(plan, (stream, line) -> lines.add(line))) {
      int code = child.ended().toCompletableFuture().get(2, TimeUnit.MINUTES);
      lines.add("exit code " + code);
    }
    return lines;
  }
}
