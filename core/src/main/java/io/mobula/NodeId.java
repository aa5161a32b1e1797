package io.mobula;

/**
 * Id of one incarnation of a node; a node that restarts has another.
 *
 * @param incarnation random and not zero
 */
public record NodeId(long incarnation) {

  @Override
  public String toString() {
    return "%016x".formatted(incarnation);
  }
}
