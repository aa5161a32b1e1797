package io.mobula.testkit.fault;

import java.util.Objects;

/**
 * Violation of a rule by a history or by an idle cluster.
 *
 * @param rule the violated rule
 * @param where id of the operation, or name of the node
 * @param detail what was wanted and what was there
 */
public record Violation(Rule rule, String where, String detail) {
  /** Refuses components that are null. */
  public Violation {
    Objects.requireNonNull(rule, "rule");
    Objects.requireNonNull(where, "where");
    Objects.requireNonNull(detail, "detail");
  }

  /** Rules that are checked. */
  public enum Rule {
    /** Every operation ends, in time. */
    NO_END,
    /** Every operation ends only once. */
    TWO_ENDS,
    /** Every value is the expected one. */
    WRONG_VALUE,
    /** Every error is a permitted one. */
    WRONG_ERROR,
    /** The body of an operation that ended with a value has begun at least once. */
    NO_EFFECT,
    /** No body begins more often than {@code 1 + retries} times. */
    TOO_MANY_EFFECTS,
    /** Within one scope, the bodies of a sequence begin in the order of its turns, each once. */
    OUT_OF_ORDER,
    /** No operation begins or ends that was not submitted. */
    NOT_ASKED_FOR,
    /** A node ends only if a fault ends it, or its cluster may have removed it. */
    NODE_ENDED,
    /** No process reports a wait that would never end. */
    STUCK_WAIT_REPORTED,
    /** The state of the idle cluster is that of its start. */
    NOT_RESTORED
  }

  /** Returns a text such as {@code NO_END task-17: ...}. */
  @Override
  public String toString() {
    return rule + " " + where + ": " + detail;
  }
}
