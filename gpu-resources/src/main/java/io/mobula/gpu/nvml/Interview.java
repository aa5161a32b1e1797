package io.mobula.gpu.nvml;

import io.mobula.gpu.Health;
import io.mobula.gpu.Warning;
import java.util.List;

/**
 * The questions to one device: keeps what the refusals among the answers say about its health, and
 * warns of those that say nothing.
 */
final class Interview {
  private final String who;
  private final List<Warning> warnings;
  private Health health = Health.healthy();

  /** With a device, under a name for people; adds to the warnings. */
  Interview(String who, List<Warning> warnings) {
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
      case BROKEN -> warnings.add(new Warning(NvmlSource.NAME, who + ": " + refusal + "."));
    }
  }

  /** Something that is known of its health. */
  void note(Health known) {
    health = health.or(known);
  }

  /** The worst of what was heard. */
  Health health() {
    return health;
  }
}
