package io.mobula.placement;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigValueFactory;
import io.mobula.error.InvalidRequestException;
import io.mobula.spi.NameLimit;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Amounts of named resources that a node offers or a task requests. Immutable.
 *
 * <p>Amounts are fixed-point numbers with {@value #UNITS_PER_ONE} units to one, so that three times
 * a third leaves no remainder that would block the next request. Memory is in whole bytes.
 */
public final class Resources {
  /** Number of units of one CPU, GPU or custom resource. */
  public static final long UNITS_PER_ONE = 10_000;

  /** Name of the resource of processor cores. */
  public static final String CPU = "CPU";

  /** Name of the resource of accelerators. */
  public static final String GPU = "GPU";

  /** Name of the resource of accelerator memory; its unit is the byte. */
  public static final String GPU_MEMORY = "gpu_memory";

  /** Prefix of resources that name a model of accelerators. */
  public static final String ACCELERATOR = "accelerator:";

  /** Name of the resource of memory; its unit is the byte. */
  public static final String MEMORY = "memory";

  private static final double MAX_AMOUNT = 1e9;
  private static final Resources NONE = new Resources(new TreeMap<>());

  private final SortedMap<String, Long> units;
  private final int hash;

  private Resources(SortedMap<String, Long> units) {
    this.units = Collections.unmodifiableSortedMap(units);
    this.hash = units.hashCode();
  }

  /** Returns resources with no amounts. */
  public static Resources none() {
    return NONE;
  }

  /** Returns these resources with another number of processor cores; fractions are allowed. */
  public Resources cpus(double amount) {
    return with(CPU, amount);
  }

  /**
   * Returns these resources with another number of accelerators: a fraction up to one, or a whole
   * number.
   */
  public Resources gpus(double amount) {
    if (amount > 1 && amount != Math.rint(amount)) {
      throw new InvalidRequestException(
          "Wanted GPU=" + amount
              + ": more than one GPU must be a whole number. Ask for a fraction up to 1, or for whole ones.");
    }
    if (amount > 0 && units(GPU_MEMORY) > 0) {
      throw countAndMemoryConflict();
    }
    return with(GPU, amount);
  }

  /**
   * Returns these resources with a share of one accelerator that corresponds to this much of its
   * memory. The share is accounted for but not enforced.
   *
   * @throws InvalidRequestException also when these resources have a number of accelerators already
   */
  public Resources gpuMemory(long bytes) {
    if (bytes < 0) {
      throw new InvalidRequestException(
          "Wanted gpu_memory=" + bytes + " bytes: an amount cannot be negative.");
    }
    if (bytes > 0 && units(GPU) > 0) {
      throw countAndMemoryConflict();
    }
    return withUnits(GPU_MEMORY, bytes);
  }

  /**
   * Returns these resources with accelerator memory as a text such as {@code "20GiB"}, in the
   * syntax of sizes in settings.
   *
   * @throws InvalidRequestException also when the text is not a size
   */
  public Resources gpuMemory(String size) {
    try {
      return gpuMemory(ConfigValueFactory.fromAnyRef(size).atKey("size").getBytes("size"));
    } catch (ConfigException e) {
      throw new InvalidRequestException("Wanted gpu_memory=\"" + size
          + "\": a size is a number and a unit, such as \"20GiB\" or \"512 MiB\".");
    }
  }

  /**
   * Returns these resources restricted to accelerators whose model name contains that word, such as
   * {@code "H200"} or {@code "A100-SXM4-80GB"}, in any case. Without {@link #gpus} or
   * {@link #gpuMemory} this requests one whole device.
   */
  public Resources accelerator(String kind) {
    Objects.requireNonNull(kind, "kind");
    if (kind.chars().noneMatch(Character::isLetterOrDigit)) {
      throw new InvalidRequestException(
          "Wanted an accelerator of kind \"" + kind + "\": name a model, such as \"H200\".");
    }
    NameLimit.require("a kind of accelerators", kind);
    return withUnits(ACCELERATOR + kind, UNITS_PER_ONE);
  }

  private static InvalidRequestException countAndMemoryConflict() {
    return new InvalidRequestException("Wanted accelerators by number and by memory: ask for"
        + " gpus(...), or for gpuMemory(...), which is as much of one as has that memory.");
  }

  /** Returns these resources with another amount of memory, in bytes. */
  public Resources memory(long bytes) {
    if (bytes < 0) {
      throw new InvalidRequestException(
          "Wanted memory=" + bytes + " bytes: an amount cannot be negative.");
    }
    return withUnits(MEMORY, bytes);
  }

  /** Returns these resources with another amount of a custom resource. */
  public Resources resource(String name, double amount) {
    Objects.requireNonNull(name, "name");
    if (name.isBlank()) {
      throw new InvalidRequestException("A resource needs a name; got \"" + name + "\".");
    }
    NameLimit.require("a resource", name);
    if (units.size() >= NameLimit.MAX_RESOURCES) {
      throw new InvalidRequestException("There are " + units.size()
          + " resources already, as many as there may be in one request or node.");
    }
    return switch (name) {
      case GPU -> gpus(amount);
      case MEMORY -> memory((long) requireAmount(name, amount));
      case GPU_MEMORY -> gpuMemory((long) requireAmount(name, amount));
      default -> with(name, amount);
    };
  }

  /**
   * Returns the fixed-point amount of a resource: bytes for memory of both kinds,
   * 1/{@value #UNITS_PER_ONE} for all others; 0 if absent.
   */
  public long units(String name) {
    return units.getOrDefault(name, 0L);
  }

  /** Returns the amount of a resource as users write it; 0 if absent. */
  public double amount(String name) {
    return isBytes(name) ? units(name) : (double) units(name) / UNITS_PER_ONE;
  }

  /** Returns every resource with an amount above zero, by name, in fixed-point units. */
  public Map<String, Long> asUnits() {
    return units;
  }

  /** Returns these resources with an exact fixed-point amount; zero removes the name. */
  public Resources withUnits(String name, long amount) {
    var copy = new TreeMap<>(units);
    if (amount == 0) {
      copy.remove(name);
    } else {
      copy.put(name, amount);
    }
    return new Resources(copy);
  }

  private Resources with(String name, double amount) {
    long fixed = BigDecimal.valueOf(requireAmount(name, amount))
        .multiply(BigDecimal.valueOf(UNITS_PER_ONE))
        .setScale(0, RoundingMode.HALF_UP)
        .longValueExact();
    if (fixed == 0 && amount > 0) {
      throw new InvalidRequestException(
          "Wanted " + name + "=" + amount + ": the smallest amount is 0.0001.");
    }
    return withUnits(name, fixed);
  }

  private static boolean isBytes(String name) {
    return name.equals(MEMORY) || name.equals(GPU_MEMORY);
  }

  private static double requireAmount(String name, double amount) {
    double max = isBytes(name) ? Long.MAX_VALUE : MAX_AMOUNT;
    boolean fits = amount >= 0 && amount <= max;
    if (!fits) {
      throw new InvalidRequestException("Wanted " + name + "=" + amount
          + ": an amount is a number from 0 to " + (long) max + ".");
    }
    return amount;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Resources that && hash == that.hash && units.equals(that.units);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  /** Returns a text such as {@code {CPU=1.0, memory=1024}}. */
  @Override
  public String toString() {
    var text = new StringBuilder("{");
    units.forEach((name, value) -> text.append(text.length() > 1 ? ", " : "")
        .append(name)
        .append('=')
        .append(isBytes(name) ? (Object) value : (Object) amount(name)));
    return text.append('}').toString();
  }
}
