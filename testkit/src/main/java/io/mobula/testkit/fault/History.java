package io.mobula.testkit.fault;

import io.mobula.ObjectRef;
import io.mobula.error.GetTimeoutException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * History of a workload's operations and their outcomes, in two files of a folder:
 * {@code operations}, written by this process, and {@code effects}, written by the bodies of
 * operations through an {@link EffectLog}. Both are append-only. Safe for all threads.
 */
public final class History implements AutoCloseable {
  private static final String OPERATIONS = "operations";
  private static final String EFFECTS = "effects";

  private final Path folder;
  private final FileChannel operations;
  private final EffectLog effects;

  private History(Path folder, FileChannel operations, EffectLog effects) {
    this.folder = folder;
    this.operations = operations;
    this.effects = effects;
  }

  /**
   * Starts a history in a folder, which is created.
   *
   * @throws IOException when the folder has a history already, or cannot be written
   */
  public static History in(Path folder) throws IOException {
    Files.createDirectories(folder);
    var effects = Files.createFile(folder.resolve(EFFECTS)).toAbsolutePath();
    var operations = FileChannel.open(
        folder.resolve(OPERATIONS), StandardOpenOption.CREATE_NEW, StandardOpenOption.APPEND);
    return new History(folder, operations, new EffectLog(effects.toString()));
  }

  /** Returns the log to which bodies report that they began. */
  public EffectLog effects() {
    return effects;
  }

  /** Returns the folder of the history. */
  public Path folder() {
    return folder;
  }

  /** Records that an operation begins; called before the operation is submitted. */
  public void invoked(Operation operation) {
    write(new HistoryEvent.Invoked(operation));
  }

  /** Records that an operation has ended with a value. */
  public void succeeded(Operation operation, @Nullable Object value) {
    write(new HistoryEvent.Succeeded(operation.id(), String.valueOf(value)));
  }

  /** Records that an operation has ended with an exception. */
  public void failed(Operation operation, Throwable how) {
    write(new HistoryEvent.Failed(
        operation.id(), how.getClass().getSimpleName(), Objects.toString(how.getMessage(), "")));
  }

  /**
   * Waits for the value of a ref and records how the operation ended. If it does not end within the
   * timeout nothing is recorded, which {@link HistoryChecker} reports.
   *
   * @return the value, or null if there is none
   */
  public <T> @Nullable T await(Operation operation, ObjectRef<T> ref, Duration timeout) {
    try {
      var value = ref.get(timeout);
      succeeded(operation, value);
      return value;
    } catch (GetTimeoutException noEnd) {
      return null;
    } catch (RuntimeException how) {
      failed(operation, how);
      return null;
    }
  }

  private void write(HistoryEvent event) {
    var bytes = ByteBuffer.wrap((event.line() + "\n").getBytes(StandardCharsets.UTF_8));
    try {
      synchronized (this) {
        while (bytes.hasRemaining()) {
          operations.write(bytes);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write the history " + folder, e);
    }
  }

  /** Returns all events so far: first the operations, then the effects. */
  public List<HistoryEvent> events() throws IOException {
    return read(folder);
  }

  /**
   * Reads the history in a folder.
   *
   * @throws IOException when there is none, or a line is malformed
   */
  public static List<HistoryEvent> read(Path folder) throws IOException {
    var events = new ArrayList<HistoryEvent>();
    for (var file : List.of(OPERATIONS, EFFECTS)) {
      try (var lines = Files.lines(folder.resolve(file))) {
        lines.map(HistoryEvent::parse).forEach(events::add);
      } catch (IllegalArgumentException e) {
        throw new IOException("Cannot read " + folder.resolve(file) + ": " + e.getMessage(), e);
      }
    }
    return List.copyOf(events);
  }

  @Override
  public void close() throws IOException {
    operations.close();
  }
}
