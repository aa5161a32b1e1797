package io.mobula.internal.transfer;

import io.mobula.spi.TransferSettings.TransferLimits;

/**
 * How a pull deals with its sources. Times in nanoseconds.
 *
 * @param windowBytes how many bytes one source is asked for and has not sent yet
 * @param requestBytes how many bytes one request asks for at most
 * @param silenceTimeout how long a source may be silent
 * @param maxSilences after how many silences in a row it is given up
 * @param maxCorruptChunks after how many chunks with a wrong checksum, less what right ones make up
 *     for, it is given up
 * @param stallTimeout how long nobody may send anything
 * @param hedgeDelay after how long an idle source is asked for what another still owes
 * @param busyBackoff how long a source is left alone that had no room for the request
 */
record PullPolicy(
    int windowBytes,
    int requestBytes,
    long silenceTimeout,
    int maxSilences,
    int maxCorruptChunks,
    long stallTimeout,
    long hedgeDelay,
    long busyBackoff) {
  private static final int REQUESTS_PER_WINDOW = 8;
  private static final int MOST_CORRUPT = 32;
  private static final long BUSY = 20_000_000L;

  static PullPolicy of(TransferLimits limits) {
    long patience = limits.silenceTimeout().toNanos();
    return new PullPolicy(
        limits.windowBytes(),
        limits.windowBytes() / REQUESTS_PER_WINDOW,
        patience,
        limits.maxSilences(),
        MOST_CORRUPT,
        limits.stallTimeout().toNanos(),
        patience / 4,
        BUSY);
  }
}
