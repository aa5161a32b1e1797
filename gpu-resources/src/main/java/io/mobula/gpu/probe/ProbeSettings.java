package io.mobula.gpu.probe;

import io.mobula.gpu.nvml.NvmlSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * How a host is to be probed. Immutable; each verb returns other settings.
 *
 * @param environment variables that say what this process may use, and the path of programs
 * @param drivers where the drivers are
 * @param declared how many devices there are by the user's word: so many are told, be there more or
 *     fewer; with 0 no driver is asked
 * @param limit how long a driver may take to answer
 */
public record ProbeSettings(
    Map<String, String> environment, Drivers drivers, OptionalInt declared, Duration limit) {
  /** The system property with the path of NVML; {@value #OFF} asks neither it nor its program. */
  public static final String NVML_PROPERTY = "io.mobula.gpu.nvml";

  /** The environment variable for the same. */
  public static final String NVML_VARIABLE = "MOBULA_GPU_NVML";

  /** In place of a path: not to be asked. */
  public static final String OFF = "off";

  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** Copies the environment; refuses fewer devices than none, and a limit that is none. */
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
   * Where the drivers are.
   *
   * @param nvml NVIDIA's library, or {@link #OFF}
   * @param nvidiaSmi NVIDIA's program, by name or path, or {@link #OFF}
   * @param root below which {@code sys} and {@code dev} are
   */
  public record Drivers(String nvml, String nvidiaSmi, Path root) {
    /** Refuses null. */
    public Drivers {
      Objects.requireNonNull(nvml, "nvml");
      Objects.requireNonNull(nvidiaSmi, "nvidiaSmi");
      Objects.requireNonNull(root, "root");
    }
  }

  /**
   * Those of this process: its environment, and {@value #NVML_PROPERTY} or {@value #NVML_VARIABLE}
   * where set.
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

  /** With another environment. */
  public ProbeSettings environment(Map<String, String> variables) {
    return new ProbeSettings(variables, drivers, declared, limit);
  }

  /** With drivers elsewhere. */
  public ProbeSettings drivers(Drivers others) {
    return new ProbeSettings(environment, others, declared, limit);
  }

  /** With so many devices by the user's word. */
  public ProbeSettings declared(int devices) {
    return new ProbeSettings(environment, drivers, OptionalInt.of(devices), limit);
  }

  /** With another limit for a driver's answer. */
  public ProbeSettings limit(Duration other) {
    return new ProbeSettings(environment, drivers, declared, other);
  }
}
