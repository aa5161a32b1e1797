package io.mobula.jmh.faults;

import io.mobula.MobulaRuntime;
import io.mobula.testkit.fault.DriverProgram;
import io.mobula.testkit.fault.History;
import io.mobula.testkit.fault.HistoryChecker;
import io.mobula.testkit.fault.HistoryEvent;
import io.mobula.testkit.fault.Violation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Driver that the plan kills. It runs the same scenarios as the spared driver. Each of its
 * processes has a history of its own, in a folder below the first argument.
 */
public final class KilledDriver implements DriverProgram {
  private static final String THREADS = "k";
  private static final int COUNT = 2;

  /** Creates the driver; the cluster calls this constructor by reflection. */
  public KilledDriver() {}

  /** Returns the arguments of the driver's process. */
  static String[] arguments(Path histories, FaultBenchSetup setting) {
    return new String[] {
      histories.toString(),
      Long.toString(setting.request().seed()),
      String.join(",", setting.errors())
    };
  }

  @Override
  public void run(MobulaRuntime runtime, List<String> arguments) throws Exception {
    var errors = Set.of(arguments.get(2).split(","));
    var folder = Files.createTempDirectory(Path.of(arguments.get(0)), "process-");
    try (var history = History.in(folder)) {
      var workload = MixedWorkload.start(
          new MixedWorkload.Threads(THREADS, COUNT),
          runtime,
          history,
          -Long.parseLong(arguments.get(1)),
          errors);
      while (!runtime.awaitClosed(Duration.ofHours(1))) {
        // the workload runs until this process is killed
      }
      workload.finish(Duration.ofSeconds(10));
    }
  }

  /** Returns the violations in the histories of its processes, which all end without a close. */
  static List<Violation> check(Path histories) throws IOException {
    var found = new ArrayList<Violation>();
    for (var events : read(histories)) {
      found.addAll(HistoryChecker.checkKilled(events.stream()
          .filter(event -> !(event instanceof HistoryEvent.Failed failed
              && failed.error().equals("RuntimeClosedException")))
          .toList()));
    }
    return found;
  }

  /** Returns the names that its actors had. */
  static Set<String> names(Path histories) throws IOException {
    var names = new TreeSet<String>();
    for (var events : read(histories)) {
      for (var event : events) {
        if (event instanceof HistoryEvent.Invoked(var operation)
            && operation.kind().startsWith(ActorScenarios.NAMING)) {
          names.add(ActorScenarios.nameOf(operation));
        }
      }
    }
    return names;
  }

  private static List<List<HistoryEvent>> read(Path histories) throws IOException {
    var all = new ArrayList<List<HistoryEvent>>();
    try (var folders = Files.list(histories)) {
      for (var folder : folders.sorted().toList()) {
        all.add(History.read(folder));
      }
    }
    return all;
  }
}
