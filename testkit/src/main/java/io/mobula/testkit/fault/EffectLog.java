package io.mobula.testkit.fault;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Log to which the bodies of a workload, in any process of this machine, report that they began.
 * Each report is one write to the end of a file, which remains when the process is killed. May be
 * an argument of a task. Safe for all threads.
 *
 * @param file path of the file; a string, so that it can be an argument
 */
public record EffectLog(String file) implements Serializable {

  /** Reports that the body of an operation begins, for work without a promised order. */
  public void begin(String id) {
    begin(id, Long.toString(ProcessHandle.current().pid()));
  }

  /**
   * Reports that the body of an operation begins.
   *
   * @param place scope within which an order is promised, such as a name that an actor's
   *     constructor draws
   * @throws UncheckedIOException when the file cannot be written
   */
  public void begin(String id, String place) {
    var line = new HistoryEvent.Effect(id, place).line() + "\n";
    try (var channel = Files.newByteChannel(Path.of(file), StandardOpenOption.APPEND)) {
      var bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
      int wanted = bytes.remaining();
      if (channel.write(bytes) < wanted) {
        throw new IOException("Only a part of " + line.strip() + " was written");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot note the effect " + id + " in " + file, e);
    }
  }
}
