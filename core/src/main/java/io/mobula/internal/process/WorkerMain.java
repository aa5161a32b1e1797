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
 * The main of a child JVM that is a node: reads its settings from the first line of its standard
 * input, opens a runtime, says on standard output that it is up, and lives until its input ends.
 *
 * <p>Settings come by the pipe and not by the command line since that is for all users of the host
 * to see, and since the JVM can start while the seed that it is to join is not yet known.
 */
public final class WorkerMain {
  /** The exit code of a node that its cluster has given up, or that somebody else has closed. */
  public static final int REMOVED_EXIT_CODE = 71;

  /** The system property, {@code true}, by which a JVM knows that Mobula has started it. */
  public static final String STARTED_PROPERTY = "io.mobula.started";

  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

  private WorkerMain() {}

  /** The plan of a child that is a node; {@link #settingsLine} is the line that it waits for. */
  public static ChildPlan plan(String name) {
    return ChildPlan.of(name, WorkerMain.class.getName());
  }

  /** The line that tells a node its settings. */
  public static String settingsLine(Settings settings) {
    return ConfigFactory.parseMap(settings.values()).root().render(ConfigRenderOptions.concise());
  }

  /** Exit code 0 after the end of its input, 1 when the node cannot start. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    var watch = ParentWatch.ofStandardInput();
    var line = watch.readLine();
    if (line == null) {
      return; // whoever wanted this node is gone
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

  /** The end of the input ends the JVM under it. */
  private static void awaitClosed(MobulaRuntime runtime) throws InterruptedException {
    while (!runtime.awaitClosed(Duration.ofHours(1))) {
      // it may run for as long as it likes
    }
  }

  /** The settings that a line of {@link #settingsLine} holds. */
  public static Settings parseSettings(String line) {
    var settings = Mobula.settings();
    for (var entry : ConfigFactory.parseString(line).entrySet()) {
      settings = settings.set(entry.getKey(), entry.getValue().unwrapped());
    }
    return settings;
  }
}
