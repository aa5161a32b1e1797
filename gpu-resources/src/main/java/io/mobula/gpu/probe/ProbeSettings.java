package io.mobula.gpu.probe;

import io.mobula.gpu.nvml.NvmlSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * Settings of a probe. Immutable; each setter returns a changed copy.
 *
 * @param environment environment variables, which limit the devices of this process and contain the
 *     path of programs
 * @param drivers locations of the drivers
 * @param declared number of devices that the user declares: the probe reports this many, whatever
 *     is found; with 0 no driver is queried
 * @param limit how long a driver may take to answer
 */
public record ProbeSettings(
    Map<String, String> environment, Drivers drivers, OptionalInt declared, Duration limit) {
  /**
   * Name of the system property with the path of NVML. The value {@value #OFF} disables NVML and
   * {@code nvidia-smi}.
   */
  public static final String NVML_PROPERTY = "io.mobula.gpu.nvml";

  /** Name of the environment variable with the same meaning as {@link #NVML_PROPERTY}. */
  public static final String NVML_VARIABLE = "MOBULA_GPU_NVML";

  /** Value that disables a driver, in place of its path. */
  public static final String OFF = "off";

  private static final Duration LIMIT = Duration.ofSeconds(10);

  /**
   * Copies the environment variables. Refuses a negative number of devices and a limit that is not
   * positive.
   */
  public ProbeSettings {
    environment = Map.copyOf(environment);
    Objects.requireNonNull(drivers, "drivers");
    Objects.requireNonNull(declared, "declared");
    if (declared.isPresent() && declared.getAsInt() < 0) {
      throw new IllegalArgumentException(
          "Wanted " + declared.getAsInt() + " accelerators: there cannot be fewer than 0.");
    }
    if (limit.isNegative() || limit.isZero()) {
      throw new IllegalArgumentException(
          "Wanted a limit of " + limit + " for drivers: it is more than 0.");
    }
  }

  /**
   * Locations of the drivers on the host.
   *
   * @param nvml NVIDIA's library, or {@link #OFF}
   * @param nvidiaSmi NVIDIA's program, by name or path, or {@link #OFF}
   * @param root directory that contains {@code sys} and {@code dev}
   */
  public record Drivers(String nvml, String nvidiaSmi, Path root) {
    /** Refuses a null component. */
    public Drivers {
      Objects.requireNonNull(nvml, "nvml");
      Objects.requireNonNull(nvidiaSmi, "nvidiaSmi");
      Objects.requireNonNull(root, "root");
    }
  }

  /**
   * Returns the settings of this process: its environment, with {@value #NVML_PROPERTY} or
   * {@value #NVML_VARIABLE} applied.
   */
  public static ProbeSettings ofThisProcess() {
    return of(System.getenv(), System.getProperty(NVML_PROPERTY, ""));
  }

  static ProbeSettings of(Map<String, String> environment, String nvmlProperty) {
    var named = nvmlProperty.isBlank() ? environment.getOrDefault(NVML_VARIABLE, "") : nvmlProperty;
    var drivers = new Drivers(
        named.isBlank() ? NvmlSource.LIBRARY : named,
        named.equals(OFF) ? OFF : "nvidia-smi",
        Path.of("/"));
    return new ProbeSettings(environment, drivers, OptionalInt.empty(), LIMIT);
  }

  /** Returns a copy with another environment. */
  public ProbeSettings environment(Map<String, String> variables) {
    return new ProbeSettings(variables, drivers, declared, limit);
  }

  /** Returns a copy with other driver locations. */
  public ProbeSettings drivers(Drivers others) {
    return new ProbeSettings(environment, others, declared, limit);
  }

  /** Returns a copy in which the user declares this number of devices. */
  public ProbeSettings declared(int devices) {
    return new ProbeSettings(environment, drivers, OptionalInt.of(devices), limit);
  }

  /** Returns a copy with another limit for a driver's answer. */
  public ProbeSettings limit(Duration other) {
    return new ProbeSettings(environment, drivers, declared, other);
  }
}
