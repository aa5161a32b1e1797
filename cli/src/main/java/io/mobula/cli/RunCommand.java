package io.mobula.cli;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Command {@code mobula run}, which runs a program of the user whose {@code Mobula.init()} connects
 * to a cluster as a driver.
 */
@Command(
    name = "run",
    description = {
      "Runs a program in this JVM: its Mobula.init() connects to the cluster at the address, as a driver.",
      "The exit code is the program's; 1 when its main method throws."
    },
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Spec
  private CommandSpec spec;

  @Option(
      names = "--address",
      required = true,
      paramLabel = "HOST:PORT",
      converter = HostAndPort.Converter.class,
      description = "A node of the cluster.")
  private HostAndPort address;

  @Option(
      names = "--class-path",
      paramLabel = "PATHS",
      converter = UserClassPath.Converter.class,
      description = "Your classes: jars and directories, in front of Mobula's own.")
  private UserClassPath classPath = UserClassPath.NONE;

  @Option(
      names = "--ship",
      paramLabel = "PATHS",
      split = ",",
      description = {
        "Your classes, with commas between them: jars, and directories of jars or classes.",
        "They are also sent to the cluster, where your tasks and actors run in processes of their own."
      })
  private List<Path> ship = List.of();

  @Parameters(index = "0", paramLabel = "CLASS", description = "The class with the main method.")
  private String program;

  @Parameters(index = "1..*", paramLabel = "ARGUMENT", description = "What the program is given.")
  private List<String> arguments = List.of();

  /**
   * Returns exit code 0 when the program's {@code main} returns. A program that wants another code
   * calls {@code System.exit}.
   */
  @Override
  public Integer call() throws Exception {
    if (!classPath.isLoaded()) {
      throw refused(
          "--class-path is not on the class path of this JVM: run programs by bin/mobula, which puts it there");
    }
    if (!ship.isEmpty()) {
      var missing = ship.stream().filter(path -> !Files.exists(path)).findFirst();
      if (missing.isPresent()) {
        throw refused("there is no " + missing.get().toAbsolutePath() + " to be shipped");
      }
      System.setProperty(
          "mobula.jobs.ship",
          ship.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator)));
    }
    var main = mainOf(load());
    System.setProperty("mobula.cluster.seeds", address.toString());
    System.setProperty("mobula.cluster.role", "driver");
    try {
      main.invoke(null, (Object) arguments.toArray(String[]::new));
      return ExitCode.DONE;
    } catch (InvocationTargetException e) {
      Objects.requireNonNull(e.getCause()).printStackTrace(spec.commandLine().getErr());
      return ExitCode.FAILED;
    }
  }

  private Class<?> load() {
    try {
      return Class.forName(program);
    } catch (ClassNotFoundException e) {
      throw refused("there is no class " + program + " on the class path " + classPath.entries()
          + (ship.isEmpty()
              ? ""
              : " or in what is shipped, " + ship + ", which bin/mobula puts on it"));
    } catch (LinkageError e) {
      throw refused("the class " + program + " cannot be loaded: " + e);
    }
  }

  private Method mainOf(Class<?> type) {
    try {
      var main = type.getDeclaredMethod("main", String[].class);
      if (!Modifier.isStatic(main.getModifiers())) {
        throw refused("the main method of " + program + " is not static");
      }
      main.setAccessible(true);
      return main;
    } catch (NoSuchMethodException e) {
      throw refused("the class " + program + " has no method main(String[])");
    }
  }

  private ParameterException refused(String why) {
    return new ParameterException(spec.commandLine(), "mobula run: " + why);
  }
}
