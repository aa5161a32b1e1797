package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * What a program wants to be different from the defaults, by configuration key. Immutable; each
 * verb returns a new one.
 *
 * <p>The keys, their meaning and their defaults are in {@code reference.conf}. In order of
 * precedence: what is set here, system properties ({@code -Dmobula.resources.cpus=8}), environment
 * variables as {@code reference.conf} names them, the program's {@code application.conf}, the
 * defaults.
 */
public final class Settings {
  private static final Settings EMPTY = new Settings(Map.of());

  private final Map<String, Object> values;

  private Settings(Map<String, Object> values) {
    this.values = Collections.unmodifiableMap(values);
  }

  static Settings empty() {
    return EMPTY;
  }

  /** What was set, by key; values are strings, numbers, booleans and lists of them. */
  public Map<String, Object> values() {
    return values;
  }

  /**
   * Sets any key, {@code mobula.store.segment-size} for example; checked when the runtime starts.
   */
  public Settings set(String key, Object value) {
    Objects.requireNonNull(value, key);
    if (!key.startsWith("mobula.")) {
      throw new InvalidRequestException(
          "Wanted to set \"" + key + "\": a setting of Mobula starts with \"mobula.\".");
    }
    var copy = new TreeMap<>(values);
    copy.put(key, value);
    return new Settings(copy);
  }

  /** How many processor cores the node offers; detected by default. */
  public Settings cpus(double amount) {
    return resource(Resources.CPU, amount);
  }

  /** How many accelerators the node offers; none by default. */
  public Settings gpus(double amount) {
    return resource(Resources.GPU, amount);
  }

  /**
   * How much memory the node offers to tasks and actors that ask for it, in bytes; detected by
   * default.
   */
  public Settings memory(long bytes) {
    Resources.none().memory(bytes);
    return set("mobula.resources.memory", bytes);
  }

  /** How much of a resource of its own the node offers. */
  public Settings resource(String name, double amount) {
    Resources.none().resource(name, amount);
    return set(
        switch (name) {
          case Resources.CPU -> "mobula.resources.cpus";
          case Resources.GPU -> "mobula.resources.gpus";
          case Resources.MEMORY -> "mobula.resources.memory";
          default -> "mobula.resources.custom." + quoted(name);
        },
        amount);
  }

  private static String quoted(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** How large the object store may become, in bytes. */
  public Settings storeCapacity(long bytes) {
    return set("mobula.store.capacity", bytes);
  }

  /** Where the object store's files are made. */
  public Settings storeDirectory(Path directory) {
    return set("mobula.store.directory", directory.toString());
  }

  /**
   * Makes the node a member of the cluster that these processes belong to.
   *
   * @param seeds {@code host:port} each; one that answers is enough
   */
  public Settings join(String... seeds) {
    if (seeds.length == 0) {
      throw new InvalidRequestException(
          "Wanted to join a cluster by no seed. Name one as host:port, or use listen to form a cluster.");
    }
    return set("mobula.cluster.seeds", List.of(seeds));
  }

  /** Opens a port, so that others can join by it; 0 for a free one. */
  public Settings listen(int port) {
    return set("mobula.cluster.listen", true).set("mobula.cluster.port", port);
  }

  /** The name that all processes of one cluster share. */
  public Settings clusterName(String name) {
    return set("mobula.cluster.name", name);
  }

  /** What the node is called, once in its cluster. */
  public Settings nodeName(String name) {
    return set("mobula.cluster.node-name", name);
  }

  /** What placement may ask for. */
  public Settings label(String key, String value) {
    return set("mobula.cluster.labels." + quoted(key), value);
  }

  /**
   * Where objects go when the object store is full: directories that exist, best one on each disk.
   * None by default; a full store then refuses what does not fit.
   */
  public Settings spillTo(Path... directories) {
    return set(
        "mobula.store.spill.directories",
        Arrays.stream(directories).map(Path::toString).toList());
  }

  /**
   * Jars and directories that this driver's tasks and actors need, in the order of a class path.
   * They run in worker processes that have exactly these in front of Mobula's own class path, so
   * two programs with different versions of one class do not meet. A directory means the jars that
   * lie in it, and what else is in it. For {@link Mobula#connect} alone.
   */
  public Settings ship(Path... jars) {
    return set("mobula.jobs.ship", Arrays.stream(jars).map(Path::toString).toList());
  }

  /**
   * How much of a node the work of this program may hold for each 1 of another's, where programs
   * compete for it; 1 by default. With weights of 1 and 2 the first comes to a third of what both
   * want, the second to two thirds. What runs is never stopped: turns count when something is free.
   */
  public Settings weight(double weight) {
    return set("mobula.jobs.weight", weight);
  }

  /**
   * How many worker processes stand beside the node and run its work, so that what crashes a JVM
   * harms none but a worker, which is started again. The node's resources and its store's capacity
   * are divided among them; see {@code mobula.workers} in {@code reference.conf}. Turns the cluster
   * on: they are members of it.
   */
  public Settings workers(int count) {
    return set("mobula.workers.count", count);
  }

  /** Options for the JVMs of those workers, {@code -Xmx2g} for example. */
  public Settings workerFlags(String... flags) {
    return set("mobula.workers.flags", List.of(flags));
  }

  /** What those workers have in front of the node's class path. */
  public Settings workerClassPath(Path... entries) {
    return set(
        "mobula.workers.class-path", Arrays.stream(entries).map(Path::toString).toList());
  }

  /**
   * What each of those workers offers, of the resources that are named here; the node keeps what is
   * left.
   */
  public Settings workerResources(Resources each) {
    var result = this;
    for (var name : each.asUnits().keySet()) {
      result = switch (name) {
        case Resources.CPU -> result.set("mobula.workers.resources.cpus", each.amount(name));
        case Resources.GPU -> result.set("mobula.workers.resources.gpus", each.amount(name));
        case Resources.MEMORY -> result.set("mobula.workers.resources.memory", each.units(name));
        default -> result.set("mobula.workers.resources.custom." + quoted(name), each.amount(name));
      };
    }
    return result;
  }

  /** How long {@code close} waits for running work before it interrupts and abandons it. */
  public Settings closeTimeout(Duration limit) {
    return set("mobula.close-timeout", limit.toMillis() + "ms");
  }

  @Override
  public String toString() {
    return "Settings" + values;
  }
}
