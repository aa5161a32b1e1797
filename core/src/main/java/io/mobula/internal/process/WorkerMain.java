package io.mobula.internal.process;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.Settings;
import io.mobula.error.MobulaException;
import java.io.IOException;
import java.time.Duration;

/**
 * Main class of a child JVM that is a node. Reads its settings from the first line of standard
 * input, opens a runtime, reports on standard output that it is up, and lives until its input ends.
 *
 * <p>The settings come through the pipe and not on the command line, as all users of the host can
 * read a command line, and as the JVM can start while the seed that it will join is not known yet.
 */
public final class WorkerMain {
  /** Exit code of a node that its cluster has removed, or that other code has closed. */
  public static final int REMOVED_EXIT_CODE = 71;

  /** System property that is {@code true} in a JVM that Mobula has started. */
  public static final String STARTED_PROPERTY = "io.mobula.started";

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(38);

  private WorkerMain() {}

  /** Returns the plan of a child that is a node and waits for the line {@link #settingsLine}. */
  public static ChildPlan plan(String name) {
    return ChildPlan.of(name, WorkerMain.class.getName());
  }

  /** Returns the line that gives a node its settings. */
  public static String settingsLine(Settings settings) {
    return ConfigFactory.parseMap(settings.values()).root().render(ConfigRenderOptions.concise());
  }

  /**
   * Runs the node; exits with 0 after the end of its input, and with 1 when the node cannot start.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var watch = ParentWatch.ofStandardInput();
    var line = watch.readLine();
    if (line == null) {
      return; // the process that started this one is gone
    }
    watch.start(CLOSE_TIMEOUT);
    System.setProperty(STARTED_PROPERTY, "true");
    try (var runtime = started(parseSettings(line))) {
      var self = runtime.nodes().getFirst();
      System.out.println(new ReadyNotice(self.address(), self.id()).line());
      awaitClosed(runtime);
    } catch (MobulaException e) {
      System.err.println("The node cannot start: " + e.getMessage());
      System.exit(1);
    }
    System.exit(REMOVED_EXIT_CODE);
  }

  private static MobulaRuntime started(Settings settings) {
    try (var _ = StartingNotice.begin()) {
      return Mobula.init(settings);
    }
  }

  /** Waits until the runtime is closed. The end of the input exits the JVM during this wait. */
  private static void awaitClosed(MobulaRuntime runtime) throws InterruptedException {
    while (!runtime.awaitClosed(Duration.ofHours(1))) {
      // there is no limit
    }
  }

  /** Parses the line that {@link #settingsLine} made. */
  public static Settings parseSettings(String line) {
    var settings = Mobula.settings();
    for (var entry : ConfigFactory.parseString(line).entrySet()) {
      settings = settings.set(entry.getKey(), entry.getValue().unwrapped());
    }
    return settings;
  }
}
