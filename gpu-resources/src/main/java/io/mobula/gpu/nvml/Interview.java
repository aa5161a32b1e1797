package io.mobula.gpu.nvml;

import io.mobula.gpu.DeviceHealth;
import io.mobula.gpu.ProbeWarning;
import java.util.List;

/**
 * The questions to one device: keeps what the refusals among the answers say about its health, and
 * warns of those that say nothing.
 */
final class Interview {
  private final String who;
  private final List<ProbeWarning> warnings;
  private DeviceHealth health = DeviceHealth.healthy();

  /** With a device, under a name for people; adds to the warnings. */
  Interview(String who, List<ProbeWarning> warnings) {
    this.who = who;
    this.warnings = warnings;
  }

  /** What was told, or something else. */
  <T> T told(Answer<T> answer, T otherwise) {
    return switch (answer) {
      case Answer.Told<T>(var value) -> value;
      case Answer.Refused<T>(var refusal) -> {
        note(refusal);
        yield otherwise;
      }
    };
  }

  private void note(Refusal refusal) {
    switch (refusal.meaning()) {
      case NOT_TOLD -> {}
      case LOST, NEEDS_RESET -> note(refusal.health());
      case BROKEN -> warnings.add(new ProbeWarning(NvmlSource.NAME, who + ": " + refusal + "."));
    }
  }

  /** Something that is known of its health. */
  void note(DeviceHealth known) {
    health = health.worseOf(known);
  }

  /** The worst of what was heard. */
  DeviceHealth health() {
    return health;
  }
}
