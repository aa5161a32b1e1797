package io.mobula.gpu;

import java.util.Objects;

/**
 * Something that could not be asked, which keeps nobody from starting.
 *
 * @param source who says so, such as {@code nvml}
 * @param cause what is wrong and what to do, for people
 */
public record ProbeWarning(String source, String cause) {
  /** Refuses null. */
  public ProbeWarning {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(cause, "cause");
  }
}
