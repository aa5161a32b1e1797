package io.mobula.internal.process;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a JVM is started with. Immutable; each verb returns a new one.
 *
 * @param name what errors and threads call it
 * @param main the class whose main method runs
 * @param flags for the JVM, after those that every child gets
 * @param arguments for the main method
 * @param classPath what comes before {@code base}
 * @param base this JVM's class path, or what of it the child gets
 * @param environment variables besides those of this JVM
 * @param launcher a command and its arguments that becomes the JVM, such as {@code ip netns exec a}
 * @param input what its main method finds on its standard input before anything else, line by line
 */
public record ChildPlan(
    String name,
    String main,
    List<String> flags,
    List<String> arguments,
    List<Path> classPath,
    String base,
    Map<String, String> environment,
    List<String> launcher,
    List<String> input) {
  /** The property that names the users' part of this JVM's class path, as absolute paths. */
  public static final String USER_CLASSES = "io.mobula.user-classes";

  /**
   * The property that names the AOT cache this JVM was started with ({@code -XX:AOTCache}), for
   * children to start with, too: they load the same classes.
   */
  public static final String AOT_CACHE = "io.mobula.aot-cache";

  /** What keeps the JDK from warning about the libraries below Mobula. */
  private static final List<String> QUIET =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  /** Variables from which a JVM takes options: they are this JVM's, not its children's. */
  static final List<String> OPTION_VARIABLES =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  /** Copies what can change. */
  public ChildPlan {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(main, "main");
    flags = List.copyOf(flags);
    arguments = List.copyOf(arguments);
    classPath = List.copyOf(classPath);
    environment = Map.copyOf(environment);
    launcher = List.copyOf(launcher);
    input = List.copyOf(input);
    if (input.stream().anyMatch(line -> line.indexOf('\n') >= 0)) {
      throw new IllegalArgumentException("A line of the input of " + name + " holds a line break");
    }
  }

  /** A JVM that runs this class's main method, on this JVM's class path. */
  public static ChildPlan of(String name, String main) {
    return new ChildPlan(
        name,
        main,
        List.of(),
        List.of(),
        List.of(),
        System.getProperty("java.class.path"),
        Map.of(),
        List.of(),
        List.of());
  }

  /** Starts it with these flags, too. */
  public ChildPlan flags(List<String> more) {
    return new ChildPlan(
        name, main, joined(flags, more), arguments, classPath, base, environment, launcher, input);
  }

  /** Starts it with a system property. */
  public ChildPlan property(String key, String value) {
    return flags(List.of("-D" + key + "=" + value));
  }

  /** Gives these arguments to the main method, after those said before. */
  public ChildPlan arguments(String... more) {
    return new ChildPlan(
        name,
        main,
        flags,
        joined(arguments, List.of(more)),
        classPath,
        base,
        environment,
        launcher,
        input);
  }

  /** Puts these in front of this JVM's class path, after those said before. */
  public ChildPlan classPath(List<Path> more) {
    return new ChildPlan(
        name, main, flags, arguments, joined(classPath, more), base, environment, launcher, input);
  }

  /**
   * Leaves out of this JVM's class path what a user has put in front of it, as the system property
   * {@value #USER_CLASSES} says.
   */
  public ChildPlan withoutUserClasses() {
    var users = Set.of(System.getProperty(USER_CLASSES, "").split(File.pathSeparator));
    var rest = Arrays.stream(base.split(File.pathSeparator))
        .filter(entry -> !users.contains(Path.of(entry).toAbsolutePath().toString()))
        .collect(Collectors.joining(File.pathSeparator));
    return new ChildPlan(
        name, main, flags, arguments, classPath, rest, environment, launcher, input);
  }

  /** Sets a variable of its environment. */
  public ChildPlan environment(String key, String value) {
    var changed = new TreeMap<>(environment);
    changed.put(key, value);
    return new ChildPlan(name, main, flags, arguments, classPath, base, changed, launcher, input);
  }

  /** Starts it by means of another command that becomes the JVM. */
  public ChildPlan under(List<String> command) {
    return new ChildPlan(
        name, main, flags, arguments, classPath, base, environment, command, input);
  }

  /** Writes this line to its standard input, after those said before. */
  public ChildPlan input(String line) {
    return new ChildPlan(
        name,
        main,
        flags,
        arguments,
        classPath,
        base,
        environment,
        launcher,
        joined(input, List.of(line)));
  }

  /** The words that start it: the java of this JVM, the flags, the class path, the main class. */
  public List<String> command() {
    var command = new ArrayList<>(launcher);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(QUIET);
    command.addAll(aotCache());
    command.addAll(flags);
    command.add("-cp");
    command.add(wholeClassPath());
    command.add(main);
    command.addAll(arguments);
    return List.copyOf(command);
  }

  /** A cache that does not fit this class path or these flags is not used, and nothing is said. */
  private static List<String> aotCache() {
    var cache = System.getProperty(AOT_CACHE);
    return cache == null
        ? List.of()
        : List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-D" + AOT_CACHE + "=" + cache);
  }

  private String wholeClassPath() {
    return classPath.isEmpty()
        ? base
        : classPath.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator))
            + File.pathSeparator
            + base;
  }

  /** The words and the environment, for whoever redirects the streams. */
  public ProcessBuilder builder() {
    var builder = new ProcessBuilder(command());
    builder.environment().keySet().removeAll(OPTION_VARIABLES);
    builder.environment().putAll(environment);
    return builder;
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    var all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
