package io.mobula.gpu.source;

import io.mobula.gpu.ProbeWarning;
import java.util.List;
import java.util.Objects;

/** What a {@link DeviceSource} answered. */
public sealed interface SourceResult {

  /**
   * It spoke.
   *
   * @param devices those of the host that this process is let near, perhaps none
   * @param warnings what it could not tell
   */
  record Answered(List<DetectedDevice> devices, List<ProbeWarning> warnings)
      implements SourceResult {
    /** Copies the lists. */
    public Answered {
      devices = List.copyOf(devices);
      warnings = List.copyOf(warnings);
    }
  }

  /** There is no such thing on this host, which is nobody's fault. */
  record Absent() implements SourceResult {}

  /**
   * It is there, and cannot be asked.
   *
   * @param warning why
   */
  record Broken(ProbeWarning warning) implements SourceResult {
    /** Refuses null. */
    public Broken {
      Objects.requireNonNull(warning, "warning");
    }
  }

  /** There is no such thing on this host. */
  static SourceResult absent() {
    return new Absent();
  }

  /** It is there, and cannot be asked. */
  static SourceResult broken(String source, String cause) {
    return new Broken(new ProbeWarning(source, cause));
  }
}
