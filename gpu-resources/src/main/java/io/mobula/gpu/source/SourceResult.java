package io.mobula.gpu.source;

import io.mobula.gpu.ProbeWarning;
import java.util.List;
import java.util.Objects;

/** Result of reading a {@link DeviceSource}. */
public sealed interface SourceResult {

  /**
   * Result of a source that answered.
   *
   * @param devices devices of the host that the source lists for this process, perhaps none
   * @param warnings what the source could not tell
   */
  record Answered(List<DetectedDevice> devices, List<ProbeWarning> warnings)
      implements SourceResult {
    /** Makes immutable copies of the lists. */
    public Answered {
      devices = List.copyOf(devices);
      warnings = List.copyOf(warnings);
    }
  }

  /** Result of a source that this host does not have, which is no problem. */
  record Absent() implements SourceResult {}

  /**
   * Result of a source that is present and cannot be queried.
   *
   * @param warning the reason
   */
  record Broken(ProbeWarning warning) implements SourceResult {
    /** Refuses a null warning. */
    public Broken {
      Objects.requireNonNull(warning, "warning");
    }
  }

  /** Returns the result of a source that this host does not have. */
  static SourceResult absent() {
    return new Absent();
  }

  /** Returns the result of a source that is present and cannot be queried. */
  static SourceResult broken(String source, String cause) {
    return new Broken(new ProbeWarning(source, cause));
  }
}
