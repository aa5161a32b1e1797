package io.mobula.spi;

import java.util.concurrent.CompletionStage;

/**
 * Brings objects' bytes from other hosts, and gives this node's to them: one per clustered node.
 *
 * <p>Safe for all threads; nothing here waits for the network. Found as
 * {@link ObjectTransferFactory}.
 */
public interface ObjectTransfer extends AutoCloseable {

  /**
   * Where other nodes reach this one, to be handed to them as it is: they name it in
   * {@link ObjectPullRequest#sources}. It begins with the carrier: {@code aeron:} or {@code akka:}.
   * A blank and the endpoint of another carrier follow where this node can be reached over two.
   */
  String endpoint();

  /**
   * Starts to fetch an object. More pulls than may run at a time wait for their turn.
   *
   * <p>Two pulls of one object into two places do each other no harm; that one host fetches an
   * object once is up to the caller.
   */
  PullHandle pull(ObjectPullRequest request);

  /**
   * The process at this endpoint is known to be dead: pulls turn to their other sources at once,
   * instead of after its silence.
   */
  void markLost(String endpoint, String how);

  /**
   * Fails what runs, gives back what is open for readers, ends every thread and removes its files.
   * Waits for that; a second close does nothing.
   */
  @Override
  void close();

  /** A pull that was started. */
  interface PullHandle {
    /**
     * Done when every byte is in the target and its checksum was right. Otherwise
     * {@link io.mobula.error.TransferFailedException}, which names each source and what was wrong
     * with it; or {@link java.util.concurrent.CancellationException}. From then on nobody writes to
     * the target.
     *
     * <p>It completes on a thread of the transfer, which must not be blocked.
     */
    CompletionStage<Void> completion();

    /** Ends the pull, soon, if it still runs. */
    void cancel();
  }
}
