package io.mobula.cluster;

import io.mobula.ActorHandle;
import io.mobula.error.GetTimeoutException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Work that has effects for as long as it runs: each is a line in a file, with who, in which
 * process and when. It ends when a file named {@code enough} is there.
 *
 * @param folder its path; a string, so that it can be an argument
 */
record Effects(String folder) implements Serializable {
  private static final int BETWEEN_MILLIS = 20;
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /**
   * One effect.
   *
   * @param what did it, or what a caller was told
   * @param pid of its process
   * @param millis when, since 1970, by the host's clock, which all processes of a test share
   */
  record Line(String what, long pid, long millis) {
    static Line parse(String line) {
      var words = line.split(" ");
      return new Line(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
    }
  }

  /** An actor that writes in one call, and answers others beside that. */
  static final class Writer {
    long write(Effects effects) throws IOException, InterruptedException {
      return effects.go("actor", false);
    }

    int ping(int number) {
      return number;
    }
  }

  /** As a task. */
  static long write(Effects effects, boolean deaf) throws IOException, InterruptedException {
    return effects.go("task", deaf);
  }

  /** A task that calls that actor again and again, and says what it is told. */
  static long call(Effects effects, ActorHandle<Writer> writer)
      throws IOException, InterruptedException {
    long calls = 0;
    while (!effects.isEnough()) {
      String told;
      try {
        told = "told-" + writer.call(Writer::ping, 7).remote().get(ANSWER);
      } catch (GetTimeoutException e) {
        told = "told-nothing";
      } catch (RuntimeException e) {
        told = "told-" + e.getClass().getSimpleName();
      }
      effects.note(told);
      calls++;
      TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
    }
    return calls;
  }

  private long go(String what, boolean deaf) throws IOException, InterruptedException {
    long written = 0;
    while (!isEnough()) {
      note(what);
      written++;
      try {
        TimeUnit.MILLISECONDS.sleep(BETWEEN_MILLIS);
      } catch (InterruptedException e) {
        if (!deaf) {
          throw e;
        }
      }
    }
    return written;
  }

  private boolean isEnough() {
    return Files.exists(Path.of(folder, "enough"));
  }

  private void note(String what) throws IOException {
    new Journal(file().toString())
        .note(what + " " + ProcessHandle.current().pid() + " " + System.currentTimeMillis());
  }

  private Path file() {
    return Path.of(folder, "journal");
  }

  /** Makes the file. */
  static Effects in(Path folder) throws IOException {
    Journal.in(folder);
    return new Effects(folder.toString());
  }

  /** Everything that was done so far. */
  List<Line> all() throws IOException {
    return Files.readAllLines(file()).stream().map(Line::parse).toList();
  }

  /** Whether a process other than this one has done that. */
  boolean isDoneOutside(long pid, String what) throws IOException {
    return all().stream().anyMatch(line -> line.what().equals(what) && line.pid() != pid);
  }

  /** Whether this process has done that. */
  boolean isDoneIn(long pid, String what) throws IOException {
    return all().stream().anyMatch(line -> line.what().equals(what) && line.pid() == pid);
  }

  /** Ends all of it. */
  void end() throws IOException {
    Files.createFile(Path.of(folder, "enough"));
  }
}
