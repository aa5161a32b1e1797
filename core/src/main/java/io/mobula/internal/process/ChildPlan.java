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
 * Specification of a child JVM. Immutable: each method that changes it returns a new plan.
 *
 * @param name the name of the child in errors and thread names
 * @param main the class whose main method runs
 * @param flags flags for the JVM, after those that every child gets
 * @param arguments arguments for the main method
 * @param classPath entries in front of {@code base}
 * @param base the class path of this JVM, or the part of it that the child gets
 * @param environment variables besides those of this JVM
 * @param launcher a command with arguments that becomes the JVM, such as {@code ip netns exec a}
 * @param input the first lines on the standard input of the main method
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
  /** System property that names the users' part of this JVM's class path, as absolute paths. */
  public static final String USER_CLASSES = "io.mobula.user-classes";

  /**
   * System property that names the AOT cache of this JVM ({@code -XX:AOTCache}). Children start
   * with it, too, as they load the same classes.
   */
  public static final String AOT_CACHE = "io.mobula.aot-cache";

  /** Flags that keep the JDK from warning about the libraries that Mobula uses. */
  private static final List<String> QUIET =
      List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

  /** Variables from which a JVM takes options; children do not inherit them. */
  static final List<String> OPTION_VARIABLES =
      List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

  /** Copies the lists and maps. */
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

  /** Returns the plan of a JVM that runs a class's main method on this JVM's class path. */
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

  /** Adds flags for the JVM. */
  public ChildPlan flags(List<String> more) {
    return new ChildPlan(
        name, main, joined(flags, more), arguments, classPath, base, environment, launcher, input);
  }

  /** Adds a system property. */
  public ChildPlan property(String key, String value) {
    return flags(List.of("-D" + key + "=" + value));
  }

  /** Adds arguments for the main method. */
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

  /** Adds entries in front of this JVM's class path, after those added before. */
  public ChildPlan classPath(List<Path> more) {
    return new ChildPlan(
        name, main, flags, arguments, joined(classPath, more), base, environment, launcher, input);
  }

  /**
   * Removes from this JVM's class path the entries that a user has put in front of it, as the
   * system property {@value #USER_CLASSES} lists them.
   */
  public ChildPlan withoutUserClasses() {
    var users = Set.of(System.getProperty(USER_CLASSES, "").split(File.pathSeparator));
    var rest = Arrays.stream(base.split(File.pathSeparator))
        .filter(entry -> !users.contains(Path.of(entry).toAbsolutePath().toString()))
        .collect(Collectors.joining(File.pathSeparator));
    return new ChildPlan(
        name, main, flags, arguments, classPath, rest, environment, launcher, input);
  }

  /** Sets a variable of the child's environment. */
  public ChildPlan environment(String key, String value) {
    var changed = new TreeMap<>(environment);
    changed.put(key, value);
    return new ChildPlan(name, main, flags, arguments, classPath, base, changed, launcher, input);
  }

  /** Starts the child through another command that becomes the JVM. */
  public ChildPlan under(List<String> command) {
    return new ChildPlan(
        name, main, flags, arguments, classPath, base, environment, command, input);
  }

  /** Adds a line to the beginning of the child's standard input. */
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

  /**
   * Returns the command line: the java of this JVM, the flags, the class path, the main class, the
   * arguments.
   */
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

  /**
   * Returns the flags for the AOT cache. A cache that does not fit this class path or these flags
   * is ignored silently.
   */
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

  /**
   * Returns a builder with the command and the environment, for callers that redirect the streams.
   */
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
