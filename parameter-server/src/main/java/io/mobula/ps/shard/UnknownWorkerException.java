package io.mobula.ps.shard;

/**
 * The shard has come back from a checkpoint that is older than this worker: nothing has happened,
 * and the worker is to join again with the number and the steps it has.
 */
public final class UnknownWorkerException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnknownWorkerException(String table) {
    super("A shard of " + table + " came back from a checkpoint that does not know this worker.");
  }
}
