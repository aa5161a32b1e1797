package io.mobula.gpu.source;

import io.mobula.gpu.ProbeWarning;
import java.util.List;
import java.util.Objects;

/** What a {@link Source} answered. */
public sealed interface Reading {

  /**
   * It spoke.
   *
   * @param devices those of the host that this process is let near, perhaps none
   * @param warnings what it could not tell
   */
  record Answered(List<Sighting> devices, List<ProbeWarning> warnings) implements Reading {
    /** Copies the lists. */
    public Answered {
      devices = List.copyOf(devices);
      warnings = List.copyOf(warnings);
    }
  }

  /** There is no such thing on this host, which is nobody's fault. */
  record Absent() implements Reading {}

  /**
   * It is there, and cannot be asked.
   *
   * @param warning why
   */
  record Broken(ProbeWarning warning) implements Reading {
    /** Refuses null. */
    public Broken {
      Objects.requireNonNull(warning, "warning");
    }
  }

  /** There is no such thing on this host. */
  static Reading absent() {
    return new Absent();
  }

  /** It is there, and cannot be asked. */
  static Reading broken(String source, String cause) {
    return new Broken(new ProbeWarning(source, cause));
  }
}
