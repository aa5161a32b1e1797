package io.mobula.gpu;

import java.util.Objects;

/**
 * Warning that something could not be queried. It does not keep a node from starting.
 *
 * @param source name of the source, such as {@code nvml}
 * @param cause what is wrong and what to do, for people
 */
public record ProbeWarning(String source, String cause) {
  /** Refuses a null component. */
  public ProbeWarning {
    Objects.requireNonNull(source, "source");
    Objects.requireNonNull(cause, "cause");
  }
}
