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
record EffectJournal(String folder) implements Serializable {
  private static final int BETWEEN_MILLIS = 20;
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /**
   * One effect.
   *
   * @param what did it, or what a caller was told
   * @param pid of its process
   * @param millis when, since 1970, by the host's clock, which all processes of a test share
   */
  record EffectLine(String what, long pid, long millis) {
    static EffectLine parse(String line) {
      var words = line.split(" ");
      return new EffectLine(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
    }
  }

  /** An actor that writes in one call, and answers others beside that. */
  static final class Writer {
    long write(EffectJournal effects) throws IOException, InterruptedException {
      return effects.writeUntilEnded("actor", false);
    }

    int ping(int number) {
      return number;
    }
  }

  /** As a task. */
  static long write(EffectJournal effects, boolean deaf) throws IOException, InterruptedException {
    return effects.writeUntilEnded("task", deaf);
  }

  /** A task that calls that actor again and again, and says what it is told. */
  static long call(EffectJournal effects, ActorHandle<Writer> writer)
      throws IOException, InterruptedException {
    long calls = 0;
    while (!effects.isEnded()) {
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

  private long writeUntilEnded(String what, boolean deaf) throws IOException, InterruptedException {
    long written = 0;
    while (!isEnded()) {
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

  private boolean isEnded() {
    return Files.exists(Path.of(folder, "enough"));
  }

  private void note(String what) throws IOException {
    new TaskJournal(file().toString())
        .note(what + " " + ProcessHandle.current().pid() + " " + System.currentTimeMillis());
  }

  private Path file() {
    return Path.of(folder, "journal");
  }

  /** Makes the file. */
  static EffectJournal in(Path folder) throws IOException {
    TaskJournal.in(folder);
    return new EffectJournal(folder.toString());
  }

  /** Everything that was done so far. */
  List<EffectLine> all() throws IOException {
    return Files.readAllLines(file()).stream().map(EffectLine::parse).toList();
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
