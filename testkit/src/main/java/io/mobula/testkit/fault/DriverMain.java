package io.mobula.testkit.fault;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.internal.process.ChildPlan;
import io.mobula.internal.process.ParentWatch;
import io.mobula.internal.process.ReadyNotice;
import io.mobula.internal.process.WorkerMain;
import java.time.Duration;
import java.util.List;

/** Main class of a driver process, which reads its settings from standard input as a node does. */
final class DriverMain {
  private static final Duration CLOSING = Duration.ofSeconds(38);

  private DriverMain() {}

  /** Returns the plan of a process that runs a driver program. */
  static ChildPlan plan(
      String name, Class<? extends DriverProgram> program, List<String> arguments) {
    return ChildPlan.of(name, DriverMain.class.getName())
        .arguments(program.getName())
        .arguments(arguments.toArray(String[]::new));
  }

  /**
   * Runs the driver program. The exit code is 0 after the end of standard input, 1 when the program
   * has failed before that.
   */
  public static void main(String[] arguments) throws Exception {
    var watch = ParentWatch.ofStandardInput();
    var line = watch.readLine();
    if (line == null) {
      return; // the parent process has ended
    }
    watch.start(CLOSING);
    var program = Class.forName(arguments[0])
        .asSubclass(DriverProgram.class)
        .getDeclaredConstructor()
        .newInstance();
    try (var runtime = Mobula.init(WorkerMain.parseSettings(line))) {
      var self = runtime.nodes().stream()
          .filter(node -> node.id().equals(runtime.nodeId()))
          .findFirst()
          .orElseThrow();
      System.out.println(new ReadyNotice(self.address(), self.id()).line());
      run(program, runtime, List.of(arguments).subList(1, arguments.length));
    }
  }

  private static void run(DriverProgram program, MobulaRuntime runtime, List<String> arguments)
      throws Exception {
    try {
      program.run(runtime, arguments);
    } catch (Exception e) {
      if (!runtime.isClosed()) {
        throw e;
      }
    }
    while (!runtime.awaitClosed(Duration.ofHours(1))) {
      // the end of standard input closes the runtime
    }
  }
}
