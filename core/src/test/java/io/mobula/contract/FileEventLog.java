package io.mobula.contract;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What happened, in order, across processes: a file with one line per event.
 *
 * @param file its path
 */
public record FileEventLog(String file) {

  /** Adds a line. */
  public void add(String event) throws IOException {
    Files.writeString(
        Path.of(file), event + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** All lines so far. */
  public List<String> events() throws IOException {
    var path = Path.of(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }

  /** How often a line is there. */
  public long count(String event) throws IOException {
    return events().stream().filter(event::equals).count();
  }

  /** Waits until a line is there that often. */
  public void await(String event, int times) throws Exception {
    PollingAssert.until(event + " happened " + times + " times", () -> count(event) >= times);
  }

  /** The largest number of {@code enter} lines that had no {@code leave} line yet. */
  public int maxConcurrent(String enter, String leave) throws IOException {
    int now = 0;
    int most = 0;
    for (var event : events()) {
      now += event.equals(enter) ? 1 : event.equals(leave) ? -1 : 0;
      most = Math.max(most, now);
    }
    return most;
  }
}
