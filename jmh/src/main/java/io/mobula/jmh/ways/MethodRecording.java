package io.mobula.jmh.ways;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * Recording of all executions of traced methods in this JVM, by the event {@code jdk.MethodTrace}
 * of JDK 25.
 *
 * <p>The JDK records a method when it returns or throws. A method that an exception of a method
 * called by it ends is missing, and so is one that has not ended when the recording does.
 */
final class MethodRecording implements AutoCloseable {
  private static final String TRACE = "jdk.MethodTrace";
  private static final String LOSS = "jdk.DataLoss";

  /**
   * Beginnings of the names of threads whose work belongs to no way: they watch, clean up, or run
   * what is due later.
   */
  private static final List<String> BACKGROUND_THREADS = List.of(
      "mobula-akka.remote.",
      "mobula-devices",
      "mobula-life-locks",
      "mobula-output",
      "mobula-parent-watch",
      "mobula-port-probe",
      "mobula-pretouch",
      "mobula-progress",
      "mobula-reachability",
      "mobula-spill",
      "mobula-timer",
      "mobula-wait-watch",
      "mobula-workers");

  /**
   * Beginnings of the names of classes whose work, and all that they call for it, belongs to no
   * way: the directory of objects, which is told in batches, and what nodes tell each other about
   * their resources, their groups and their being alive. Two nodes of a host send no frames by
   * Artery but for these.
   */
  private static final List<String> BACKGROUND_CLASSES = List.of(
      "io.mobula.internal.cluster.HostFailureDetector",
      "io.mobula.internal.directory.",
      "io.mobula.internal.group.Group",
      "io.mobula.internal.hosting.",
      "io.mobula.internal.lane.ArteryFrameReceiver",
      "io.mobula.internal.placement.ResourceViewGossip");

  private final Recording recording = new Recording();

  /**
   * Contents of a recording that has ended.
   *
   * @param rounds rounds of ways, in order
   * @param files all files that were entered while the recording ran
   */
  record Recorded(List<TracedRound> rounds, Set<String> files) {}

  /** Begins to record the methods of these classes, which the JDK instruments first. */
  static MethodRecording start(Set<String> classes) {
    var started = new MethodRecording();
    started
        .recording
        .enable(TRACE)
        .with("filter", String.join(";", classes))
        .with("threshold", "0 ns")
        .withoutStackTrace();
    started.recording.enable(LOSS);
    started.recording.enable(WayMark.class);
    started.recording.start();
    return started;
  }

  /** Ends the recording and reads it. */
  Recorded stop() throws IOException {
    recording.stop();
    var file = Files.createTempFile("mobula-ways", ".jfr");
    try {
      recording.dump(file);
      return read(file);
    } finally {
      Files.delete(file);
    }
  }

  @Override
  public void close() {
    recording.close();
  }

  private static Recorded read(Path file) throws IOException {
    var marks = new ArrayList<RecordedEvent>();
    var entries = new ArrayList<MethodEntry>();
    try (var events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        var event = events.readEvent();
        switch (event.getEventType().getName()) {
          case WayMark.NAME -> marks.add(event);
          case TRACE -> {
            var entry = entry(event);
            if (entry != null) {
              entries.add(entry);
            }
          }
          case LOSS ->
            throw new IllegalStateException("The JDK's recorder has dropped "
                + event.getLong("amount") + " bytes of the trace");
          default -> {}
        }
      }
    }
    entries.sort(MethodEntry.ORDER);
    removeBackground(entries);
    marks.sort((one, other) -> one.getStartTime().compareTo(other.getStartTime()));
    var files = new HashSet<String>();
    entries.forEach(entry -> files.add(entry.file()));
    return new Recorded(rounds(marks, entries), files);
  }

  /** Removes the work of background classes and all that it calls on its thread. */
  private static void removeBackground(List<MethodEntry> entries) {
    var open = new HashMap<Long, MethodEntry>();
    entries.removeIf(entry -> {
      var outer = open.get(entry.threadId());
      boolean inside = outer != null && outer.encloses(entry);
      if (!inside && BACKGROUND_CLASSES.stream().anyMatch(entry.method().type()::startsWith)) {
        open.put(entry.threadId(), entry);
        inside = true;
      }
      return inside;
    });
  }

  private static @Nullable MethodEntry entry(RecordedEvent event) {
    RecordedThread thread = event.getThread();
    if (thread == null || thread.getJavaName() == null) {
      return null;
    }
    var name = thread.getJavaName();
    RecordedMethod method = event.getValue("method");
    if (BACKGROUND_THREADS.stream().anyMatch(name::startsWith)) {
      return null;
    }
    return new MethodEntry(
        name,
        thread.getId(),
        new TracedMethod(method.getType().getName(), method.getName(), method.getDescriptor()),
        nanos(event.getStartTime()),
        nanos(event.getEndTime()));
  }

  private static long nanos(Instant time) {
    return time.getEpochSecond() * 1_000_000_000L + time.getNano();
  }

  private static List<TracedRound> rounds(List<RecordedEvent> marks, List<MethodEntry> entries) {
    var rounds = new ArrayList<TracedRound>();
    for (int i = 0; i + 1 < marks.size(); i++) {
      var begin = marks.get(i);
      var end = marks.get(i + 1);
      if (begin.getBoolean("begins") && !end.getBoolean("begins")) {
        long from = nanos(begin.getStartTime());
        long to = nanos(end.getStartTime());
        var within = entries.stream()
            .filter(entry -> from <= entry.start() && entry.start() <= to)
            .toList();
        rounds.add(new TracedRound(begin.getString("way"), begin.getThread().getId(), within));
      }
    }
    return rounds;
  }
}
