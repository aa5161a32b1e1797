package io.mobula.internal.call;

import io.mobula.NodeId;
import io.mobula.error.CodecException;

/**
 * Exception for a call whose function or argument cannot be decoded where it should run, most
 * likely because a class is missing. It is not an exception of user code, so it never causes a
 * retry.
 */
public final class UnreadableCallException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableCallException(CodecException why) {
    super(why.getMessage(), why);
  }

  /** Converts this to the exception for readers of the result. */
  public CodecException toException(String what, NodeId node) {
    return new CodecException(
        what + " cannot be read on node " + node + ": " + getMessage(), getCause());
  }
}
