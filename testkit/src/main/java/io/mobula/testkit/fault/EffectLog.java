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
 * Where bodies of a workload, in whatever process of this machine, say that they began. Each says
 * so by one write to the end of a file, which stays when its process is killed. May be an argument
 * of a task. Safe for all threads.
 *
 * @param file its path; a string, so that it can be an argument
 */
public record EffectLog(String file) implements Serializable {

  /** As {@link #begin(String, String)}, of work whose order nobody asks for. */
  public void begin(String id) {
    begin(id, Long.toString(ProcessHandle.current().pid()));
  }

  /**
   * Says that the body of an operation begins.
   *
   * @param place within which order is promised, such as a name that an actor's constructor draws
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
