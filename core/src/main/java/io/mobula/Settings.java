package io.mobula;

import io.mobula.error.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
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

  /** What was set, by key; values are strings, numbers, booleans. */
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

  /** How long {@code close} waits for running work before it interrupts and abandons it. */
  public Settings closeTimeout(Duration limit) {
    return set("mobula.close-timeout", limit.toMillis() + "ms");
  }

  @Override
  public String toString() {
    return "Settings" + values;
  }
}
