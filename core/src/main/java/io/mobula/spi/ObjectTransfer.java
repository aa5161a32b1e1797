package io.mobula.spi;

import java.util.concurrent.CompletionStage;

/**
 * Transfer of objects' bytes between hosts; one instance per clustered node.
 *
 * <p>Safe for all threads; no method waits for the network. Implementations are found as
 * {@link ObjectTransferFactory}.
 */
public interface ObjectTransfer extends AutoCloseable {

  /**
   * Returns the endpoint at which other nodes reach this one; they pass it unchanged in
   * {@link ObjectPullRequest#sources}. It begins with the transport: {@code aeron:} or
   * {@code akka:}. If the node can be reached over two transports, a blank and the second endpoint
   * follow.
   */
  String endpoint();

  /**
   * Starts to fetch an object. Pulls beyond the limit of concurrent pulls are queued.
   *
   * <p>Two pulls of one object into two targets do not disturb each other; it is the caller's task
   * to fetch an object only once per host.
   */
  PullHandle pull(ObjectPullRequest request);

  /**
   * Marks the process at this endpoint as dead: pulls turn to their other sources at once instead
   * of waiting for a timeout.
   */
  void markLost(String endpoint, String how);

  /**
   * Closes the transfer: fails running pulls, releases objects that are open for readers, ends all
   * threads and removes its files. Waits for that; closing again does nothing.
   */
  @Override
  void close();

  /** Handle of a pull that was started. */
  interface PullHandle {
    /**
     * Returns the completion of the pull: it completes when all bytes are in the target and their
     * checksum was right. Otherwise it fails with {@link io.mobula.error.TransferFailedException},
     * which has the failure of each source, or with
     * {@link java.util.concurrent.CancellationException}. After completion nothing writes to the
     * target.
     *
     * <p>The stage completes on a thread of the transfer, which must not be blocked.
     */
    CompletionStage<Void> completion();

    /** Cancels the pull soon, if it still runs. */
    void cancel();
  }
}
