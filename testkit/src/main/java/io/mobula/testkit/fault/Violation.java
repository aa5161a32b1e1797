package io.mobula.testkit.fault;

import java.util.Objects;

/**
 * A promise that a history, or a cluster at rest, does not keep.
 *
 * @param rule which promise
 * @param where the id of the operation, or the name of the node
 * @param detail what was wanted and what was there
 */
public record Violation(Rule rule, String where, String detail) {
  /** Refuses nulls. */
  public Violation {
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(where, "where");
    Objects.requireNonNull(detail, "detail");
  }

  /** The promises. */
  public enum Rule {
    /** Every operation ends. */
    NO_END,
    /** It ends once. */
    TWO_ENDS,
    /** Its value is right. */
    WRONG_VALUE,
    /** Its error is one that it may end with. */
    WRONG_ERROR,
    /** What ended with a value has begun at least once. */
    NO_EFFECT,
    /** No body begins more often than {@code 1 + retries} times. */
    TOO_MANY_EFFECTS,
    /** In one place, bodies of a sequence begin in the order of its turns, each once. */
    OUT_OF_ORDER,
    /** Nothing begins or ends that was not asked for. */
    NOT_ASKED_FOR,
    /** A node ends only if a fault ends it, or its cluster may have removed it. */
    NODE_ENDED,
    /** No process reports a wait that nothing would end. */
    STUCK_WAIT_REPORTED,
    /** At rest, everything is as it was at the start. */
    NOT_RESTORED
  }

  /** Such as {@code NO_END task-17: ...}. */
  @Override
  public String toString() {
    return rule + " " + where + ": " + detail;
  }
}
