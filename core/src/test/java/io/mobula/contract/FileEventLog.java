package io.mobula.contract;

import io.mobula.testkit.PollingAssert;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * Event log across processes, in order: a file with one line per event.
 *
 * @param file path of the file
 */
public record FileEventLog(String file) {

  /** Appends an event as a line. */
  public void add(String event) throws IOException {
    Files.writeString(
        Path.of(file), event + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  /** Returns all events so far. */
  public List<String> events() throws IOException {
    var path = Path.of(file);
    return Files.exists(path) ? Files.readAllLines(path) : List.of();
  }

  /** Returns how often an event occurs. */
  public long count(String event) throws IOException {
    return events().stream().filter(event::equals).count();
  }

  /** Waits until an event occurs that often. */
  public void await(String event, int times) throws Exception {
    PollingAssert.until(event + " happened " + times + " times", () -> count(event) >= times);
  }

  /** Returns the largest number of {@code enter} events without a {@code leave} event yet. */
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
