package io.mobula.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.TreeMap;
import picocli.CommandLine;

/**
 * Commands of plug-ins on the command line. A known command whose plug-in is not on the class path
 * is replaced by one that says how to get it.
 */
final class CommandPlugins {
  /** Bound on plug-ins that cannot be loaded: where one file cannot be read, all attempts fail. */
  private static final int MAX_FAILURES = 20;

  /** Commands that Mobula's own plug-ins add, in the order of the usage, and their artifacts. */
  private static final Map<String, String> ARTIFACTS = artifacts();

  private CommandPlugins() {}

  private static Map<String, String> artifacts() {
    var artifacts = new LinkedHashMap<String, String>();
    artifacts.put("demo", "mobula-samples");
    artifacts.put("sample", "mobula-samples");
    artifacts.put("bench", "mobula-jmh");
    artifacts.put("microbenchmark", "mobula-jmh");
    artifacts.put("jmh", "mobula-jmh");
    return artifacts;
  }

  /** Adds the commands of all plug-ins, and a {@link MissingCommand} for each known absent one. */
  static void addTo(CommandLine line, Iterator<CommandProvider> plugins) {
    var commands = byName(line, plugins);
    ARTIFACTS.forEach((name, artifact) -> {
      var command = commands.remove(name);
      line.addSubcommand(command == null ? MissingCommand.commandLine(name, artifact) : command);
    });
    commands.values().forEach(line::addSubcommand);
  }

  private static Map<String, CommandLine> byName(
      CommandLine line, Iterator<CommandProvider> plugins) {
    var commands = new TreeMap<String, CommandLine>();
    for (var command : load(line, plugins)) {
      var name = command.getCommandName();
      if (line.getSubcommands().containsKey(name) || commands.containsKey(name)) {
        line.getErr()
            .println("mobula: there already is a command " + name + ", so that of "
                + command.getCommandSpec().userObject().getClass().getName() + " is left out");
      } else {
        commands.put(name, command);
      }
    }
    return commands;
  }

  private static List<CommandLine> load(CommandLine line, Iterator<CommandProvider> plugins) {
    var commands = new ArrayList<CommandLine>();
    int failures = 0;
    while (failures < MAX_FAILURES) {
      try {
        if (!plugins.hasNext()) {
          return commands;
        }
        plugins.next().commands().forEach(command -> commands.add(new CommandLine(command)));
      } catch (ServiceConfigurationError | LinkageError e) {
        failures++;
        line.getErr().println("mobula: a plug-in is left out, since it cannot be loaded: " + e);
      }
    }
    return commands;
  }
}
