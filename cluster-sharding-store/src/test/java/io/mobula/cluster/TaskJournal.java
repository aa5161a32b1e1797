package io.mobula.cluster;

import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Journal file to which tasks in several processes append lines. Lines survive when a process is
 * killed.
 *
 * @param file path of the file; a string, so that it can be an argument
 */
record TaskJournal(String file) implements Serializable {

  static TaskJournal in(Path folder) throws IOException {
    var file = folder.resolve("journal");
    if (!Files.exists(file)) {
      Files.createFile(file);
    }
    return new TaskJournal(file.toString());
  }

  /** Appends a line in a single write, so that lines of several processes do not mix. */
  void note(String line) throws IOException {
    Files.writeString(Path.of(file), line + "\n", StandardOpenOption.APPEND);
  }

  List<String> lines() throws IOException {
    return Files.readAllLines(Path.of(file));
  }

  long count(String line) throws IOException {
    return lines().stream().filter(line::equals).count();
  }

  /** Waits until the journal has the line this many times. */
  void await(String line, int times) throws Exception {
    PollingAssert.until(line + " × " + times + " in " + file, () -> count(line) >= times);
  }
}
