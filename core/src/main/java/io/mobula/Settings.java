package io.mobula;

import io.mobula.error.InvalidRequestException;
import io.mobula.placement.Placement;
import io.mobula.placement.Resources;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Settings of a program that differ from the defaults, by configuration key. Immutable; each method
 * returns new settings.
 *
 * <p>{@code reference.conf} has the keys, their meaning and their defaults. In order of precedence:
 * values set here, system properties ({@code -Dmobula.resources.cpus=8}), environment variables
 * (the key in capitals with {@code _} for every other sign, {@code MOBULA_RESOURCES_CPUS=8}), the
 * program's {@code application.conf}, the defaults. An unknown key is refused when the runtime
 * starts.
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

  /** Returns the values that were set, by key: strings, numbers, booleans and lists of them. */
  public Map<String, Object> values() {
    return values;
  }

  /**
   * Sets a key such as {@code mobula.store.segment-size}; its value is checked when the runtime
   * starts.
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

  /** Sets how many processor cores the node offers; detected by default. */
  public Settings cpus(double amount) {
    return resource(Resources.CPU, amount);
  }

  /**
   * Sets how many accelerators the node offers, a whole number: the first of more devices, or more
   * than there are, for tests. By default those that are detected if {@code mobula-gpu-resources}
   * is on the class path, else none.
   */
  public Settings gpus(double amount) {
    return resource(Resources.GPU, amount);
  }

  /**
   * Sets how much memory, in bytes, the node offers to tasks and actors that request it; detected
   * by default.
   */
  public Settings memory(long bytes) {
    Resources.none().memory(bytes);
    return set("mobula.resources.memory", bytes);
  }

  /** Sets how much of a custom resource the node offers. */
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

  /** Sets the capacity of the object store in bytes. */
  public Settings storeCapacity(long bytes) {
    return set("mobula.store.capacity", bytes);
  }

  /** Sets the directory of the object store's files. */
  public Settings storeDirectory(Path directory) {
    return set("mobula.store.directory", directory.toString());
  }

  /**
   * Makes the node a member of the cluster that these processes belong to, and opens a port.
   *
   * @param seeds {@code host:port} of each; one that answers is enough
   */
  public Settings join(String... seeds) {
    if (seeds.length == 0) {
      throw new InvalidRequestException(
          "Wanted to join a cluster by no seed. Name one as host:port, or use listen to form a cluster.");
    }
    return set("mobula.cluster.seeds", List.of(seeds));
  }

  /**
   * Opens a port through which other processes can join; 0 for a free port. The node listens at
   * {@code mobula.cluster.host}, which is loopback by default.
   */
  public Settings listen(int port) {
    return set("mobula.cluster.listen", true).set("mobula.cluster.port", port);
  }

  /** Sets the name of the cluster, which all of its processes share. */
  public Settings clusterName(String name) {
    return set("mobula.cluster.name", name);
  }

  /** Sets the name of the node, unique in its cluster. */
  public Settings nodeName(String name) {
    return set("mobula.cluster.node-name", name);
  }

  /** Sets a label of the node, which {@link Placement#labels} can select. */
  public Settings label(String key, String value) {
    return set("mobula.cluster.labels." + quoted(key), value);
  }

  /**
   * Sets existing directories for objects that do not fit into the object store, at best one on
   * each disk. None by default; a full store then refuses further objects.
   */
  public Settings spillTo(Path... directories) {
    return set(
        "mobula.store.spill.directories",
        Arrays.stream(directories).map(Path::toString).toList());
  }

  /**
   * Sets the jars and directories that this driver's tasks and actors need, in class path order.
   * The work runs in worker processes with exactly these in front of Mobula's own class path, so
   * that two programs may use different versions of a class. A directory stands for the jars in it
   * and its other content. Only for {@link Mobula#connect}.
   */
  public Settings ship(Path... jars) {
    return set("mobula.jobs.ship", Arrays.stream(jars).map(Path::toString).toList());
  }

  /**
   * Sets this program's weight where programs compete for resources; 1 by default. Of two competing
   * programs with weights 1 and 2, the first receives one third of the resources and the second two
   * thirds. Running work is never stopped: weights decide which program receives the next free
   * resources.
   */
  public Settings weight(double weight) {
    return set("mobula.jobs.weight", weight);
  }

  /**
   * Sets how many worker processes run the node's work, so that code that crashes a JVM ends only a
   * worker, which is restarted. The node's resources are divided among the workers; the node and
   * its workers share the capacity of the store. See {@code mobula.workers} in
   * {@code reference.conf}. The node listens then, since its workers are members of its cluster.
   */
  public Settings workers(int count) {
    return set("mobula.workers.count", count);
  }

  /** Sets options of the worker JVMs, such as {@code -Xmx2g}. */
  public Settings workerFlags(String... flags) {
    return set("mobula.workers.flags", List.of(flags));
  }

  /** Sets the entries in front of the node's class path for the workers. */
  public Settings workerClassPath(Path... entries) {
    return set(
        "mobula.workers.class-path", Arrays.stream(entries).map(Path::toString).toList());
  }

  /** Sets how much of the named resources each worker offers; the node keeps the rest. */
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

  /**
   * Sets how long {@code close} waits for running work, which it has interrupted, before it leaves
   * the threads of that work behind.
   */
  public Settings closeTimeout(Duration timeout) {
    return set("mobula.close-timeout", timeout.toMillis() + "ms");
  }

  @Override
  public String toString() {
    return "Settings" + values;
  }
}
