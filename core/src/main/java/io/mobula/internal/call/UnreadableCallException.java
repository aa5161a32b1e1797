package io.mobula.internal.call;

import io.mobula.NodeId;
import io.mobula.error.CodecException;

/**
 * The function or an argument of a call cannot be decoded where it shall run, most likely because a
 * class is not there: no exception of the user's, so it is never retried.
 */
public final class UnreadableCallException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableCallException(CodecException why) {
    super(why.getMessage(), why);
  }

  /** What whoever wants the result is thrown. */
  public CodecException toException(String what, NodeId node) {
    return new CodecException(
        what + " cannot be read on node " + node + ": " + getMessage(), getCause());
  }
}
