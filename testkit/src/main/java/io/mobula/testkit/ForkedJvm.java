package io.mobula.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Child JVM that runs a main class with this JVM's class path, for tests of what survives a process
 * and of what happens when one dies.
 *
 * <pre>{@code
 * try (ForkedJvm jvm = ForkedJvm.of(Holder.class).flags("-Xmx256m").arguments("5").start()) {
 *   jvm.awaitLine("ready", Duration.ofSeconds(30));
 *   jvm.kill();
 * }
 * }</pre>
 *
 * <p>The child inherits neither flags nor system properties of this JVM. Two daemon threads read
 * its output and keep it. Safe for all threads.
 */
public final class ForkedJvm implements AutoCloseable {
  private static final Duration DYING = Duration.ofSeconds(30);
  private static final long BETWEEN_LOOKS_MILLIS = 100;

  private final Process process;
  private final OutputLines output;
  private final OutputLines errors;

  private ForkedJvm(Process process, String name) {
    this.process = process;
    this.output = new OutputLines(process.getInputStream(), name + "-stdout");
    this.errors = new OutputLines(process.getErrorStream(), name + "-stderr");
  }

  /** Returns the plan of a JVM that runs the main method of this class. */
  public static Plan of(Class<?> main) {
    return new Plan(main, List.of(), List.of(), List.of(), Map.of(), List.of());
  }

  /**
   * Plan of a JVM before its start. Immutable; each method returns a new plan.
   *
   * @param main the class whose main method runs
   * @param flags flags of the JVM
   * @param arguments arguments of the main method
   * @param classPath entries in front of this JVM's class path
   * @param environment variables in addition to those of this JVM
   * @param launcher command and arguments that replace themselves by the command line that follows
   */
  public record Plan(
      Class<?> main,
      List<String> flags,
      List<String> arguments,
      List<Path> classPath,
      Map<String, String> environment,
      List<String> launcher) {
    /** Copies the collections of the plan. */
    public Plan {
      flags = List.copyOf(flags);
      arguments = List.copyOf(arguments);
      classPath = List.copyOf(classPath);
      environment = Map.copyOf(environment);
      launcher = List.copyOf(launcher);
    }

    /** Adds flags of the JVM. */
    public Plan flags(String... more) {
      return new Plan(
          main, joined(flags, List.of(more)), arguments, classPath, environment, launcher);
    }

    /** Adds a system property. */
    public Plan property(String key, String value) {
      return flags("-D" + key + "=" + value);
    }

    /** Adds arguments of the main method. */
    public Plan arguments(String... more) {
      return new Plan(
          main, flags, joined(arguments, List.of(more)), classPath, environment, launcher);
    }

    /** Puts a directory or jar in front of the class path. */
    public Plan classPathFirst(Path entry) {
      return new Plan(
          main, flags, arguments, joined(List.of(entry), classPath), environment, launcher);
    }

    /** Sets an environment variable. */
    public Plan environment(String name, String value) {
      var changed = new TreeMap<>(environment);
      changed.put(name, value);
      return new Plan(main, flags, arguments, classPath, changed, launcher);
    }

    /**
     * Sets a command, such as {@code ip netns exec a}, that starts the JVM by replacing itself with
     * it.
     */
    public Plan under(String... command) {
      return new Plan(main, flags, arguments, classPath, environment, List.of(command));
    }

    private static <T> List<T> joined(List<T> first, List<T> second) {
      var all = new ArrayList<>(first);
      all.addAll(second);
      return all;
    }

    /**
     * Starts the JVM and returns at once.
     *
     * @throws UncheckedIOException when there is no java to start
     */
    public ForkedJvm start() {
      var command = new ArrayList<>(launcher);
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(flags);
      command.add("-cp");
      command.add(wholeClassPath());
      command.add(main.getName());
      command.addAll(arguments);
      var builder = new ProcessBuilder(command);
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.equals("JAVA_TOOL_OPTIONS") || name.equals("JDK_JAVA_OPTIONS"));
      builder.environment().putAll(environment);
      try {
        return new ForkedJvm(builder.start(), main.getSimpleName());
      } catch (IOException e) {
        throw new UncheckedIOException("Cannot start " + command + " for " + main.getName(), e);
      }
    }

    private String wholeClassPath() {
      var separator = System.getProperty("path.separator");
      var text = new StringBuilder();
      classPath.forEach(entry -> text.append(entry).append(separator));
      return text.append(System.getProperty("java.class.path")).toString();
    }
  }

  /** Returns the process id of the JVM. */
  public long pid() {
    return process.pid();
  }

  /** Returns whether the JVM is running. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /**
   * Waits for a line of standard output that contains a text; see {@link #awaitLine(Predicate,
   * Duration)}.
   */
  public String awaitLine(String text, Duration timeout) throws InterruptedException {
    return awaitLine(line -> line.contains(text), timeout);
  }

  /**
   * Waits for a line of standard output and returns the first that matches, including earlier
   * lines.
   *
   * @param timeout how long that may take; on an overloaded machine longer, while the JVM has
   *     computed for less
   * @throws AssertionError when there is none in time, or the JVM ends first; the message has its
   *     output
   */
  public String awaitLine(Predicate<String> wanted, Duration timeout) throws InterruptedException {
    var wait = LoadAwareLimit.start(timeout);
    var found = output.await(wanted, wait);
    if (found == null) {
      throw new AssertionError("No such line within " + wait.describe() + " from " + this);
    }
    return found;
  }

  /**
   * Waits until the JVM has ended and returns its exit code, 137 after {@link #kill} on Linux.
   *
   * @param timeout how long that may take; on an overloaded machine longer, while the JVM has
   *     computed for less
   * @throws AssertionError when it does not end in time
   */
  public int awaitExit(Duration timeout) throws InterruptedException {
    var wait = LoadAwareLimit.start(timeout);
    while (!process.waitFor(BETWEEN_LOOKS_MILLIS, TimeUnit.MILLISECONDS)) {
      if (wait.isOver()) {
        throw new AssertionError("Still running after " + wait.describe() + ": " + this);
      }
    }
    output.awaitEnd();
    errors.awaitEnd();
    return process.exitValue();
  }

  /** Writes a line to the standard input of the JVM. */
  public void sendLine(String line) {
    try {
      process
          .getOutputStream()
          .write((line + System.lineSeparator()).getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write to " + this, e);
    }
  }

  /**
   * Kills the JVM as {@code kill -9} does, so that it cannot clean up, and waits until it has
   * ended.
   */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    awaitExit(DYING);
  }

  /** Returns the lines written to standard output so far. */
  public List<String> output() {
    return output.all();
  }

  /** Returns the lines written to standard error so far. */
  public List<String> errors() {
    return errors.all();
  }

  /** Kills the JVM if it is still running. */
  @Override
  public void close() {
    process.destroyForcibly();
  }

  @Override
  public String toString() {
    return "ForkedJvm(pid " + pid()
        + (isAlive() ? ", running" : ", exit code " + process.exitValue()) + ")\nstdout:\n"
        + String.join("\n", output()) + "\nstderr:\n" + String.join("\n", errors());
  }

  /** Lines of one output stream of the JVM, read by a daemon thread. */
  private static final class OutputLines {
    private final List<String> lines = new ArrayList<>();
    private final Thread reader;
    private boolean ended;

    OutputLines(InputStream from, String name) {
      this.reader = Thread.ofPlatform().daemon().name(name).start(() -> read(from));
    }

    private void read(InputStream from) {
      try (var text = new BufferedReader(new InputStreamReader(from, StandardCharsets.UTF_8))) {
        for (var line = text.readLine(); line != null; line = text.readLine()) {
          add(line);
        }
      } catch (IOException e) {
        add("(reading ended: " + e + ")");
      } finally {
        end();
      }
    }

    private synchronized void add(String line) {
      lines.add(line);
      notifyAll();
    }

    private synchronized void end() {
      ended = true;
      notifyAll();
    }

    synchronized List<String> all() {
      return List.copyOf(lines);
    }

    @org.jspecify.annotations.Nullable
    synchronized String await(Predicate<String> wanted, LoadAwareLimit limit)
        throws InterruptedException {
      int seen = 0;
      while (true) {
        for (; seen < lines.size(); seen++) {
          if (wanted.test(lines.get(seen))) {
            return lines.get(seen);
          }
        }
        if (ended || limit.isOver()) {
          return null;
        }
        TimeUnit.MILLISECONDS.timedWait(this, BETWEEN_LOOKS_MILLIS);
      }
    }

    void awaitEnd() throws InterruptedException {
      reader.join(DYING);
    }
  }
}
