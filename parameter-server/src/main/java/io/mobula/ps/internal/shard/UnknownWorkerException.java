package io.mobula.ps.internal.shard;

/**
 * Refusal of a request because the shard was restarted from a checkpoint that does not know this
 * worker. The request had no effect; the worker rejoins with its number and its steps.
 */
public final class UnknownWorkerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownWorkerException(String table) {
    super("A shard of " + table + " came back from a checkpoint that does not know this worker.");
  }
}
