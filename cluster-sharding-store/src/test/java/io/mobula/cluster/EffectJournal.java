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
 * Journal of work that has effects for as long as it runs. Each effect is a line in a file: what
 * did it, in which process and when. The work ends when a file named {@code enough} exists.
 *
 * @param folder path of the folder; a string, so that it can be an argument
 */
record EffectJournal(String folder) implements Serializable {
  private static final int BETWEEN_MILLIS = 20;
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /**
   * Effect that was written to the journal.
   *
   * @param what what had the effect, or what a caller was told
   * @param pid id of the process
   * @param millis time since 1970, by the host's clock, which all processes of a test share
   */
  record EffectLine(String what, long pid, long millis) {
    static EffectLine parse(String line) {
      var words = line.split(" ");
      return new EffectLine(words[0], Long.parseLong(words[1]), Long.parseLong(words[2]));
    }
  }

  /** Actor that writes effects in one call and answers other calls meanwhile. */
  static final class Writer {
    long write(EffectJournal effects) throws IOException, InterruptedException {
      return effects.writeUntilEnded("actor", false);
    }

    int ping(int number) {
      return number;
    }
  }

  /** Writes effects as a task does. */
  static long write(EffectJournal effects, boolean deaf) throws IOException, InterruptedException {
    return effects.writeUntilEnded("task", deaf);
  }

  /** Calls that actor again and again, and journals the answers. */
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

  /** Creates the journal's file. */
  static EffectJournal in(Path folder) throws IOException {
    TaskJournal.in(folder);
    return new EffectJournal(folder.toString());
  }

  /** Returns all effects so far. */
  List<EffectLine> all() throws IOException {
    return Files.readAllLines(file()).stream().map(EffectLine::parse).toList();
  }

  /** Returns whether a process other than this one had that effect. */
  boolean isDoneOutside(long pid, String what) throws IOException {
    return all().stream().anyMatch(line -> line.what().equals(what) && line.pid() != pid);
  }

  /** Returns whether this process had that effect. */
  boolean isDoneIn(long pid, String what) throws IOException {
    return all().stream().anyMatch(line -> line.what().equals(what) && line.pid() == pid);
  }

  /** Ends all of the work. */
  void end() throws IOException {
    Files.createFile(Path.of(folder, "enough"));
  }
}
