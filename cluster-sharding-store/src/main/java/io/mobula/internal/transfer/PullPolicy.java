package io.mobula.internal.transfer;

import io.mobula.spi.TransferSettings.TransferLimits;

/**
 * Windows and timeouts of a pull. Times are in nanoseconds.
 *
 * @param windowBytes limit of bytes requested from one source and not yet received
 * @param requestBytes limit of bytes in one request
 * @param silenceTimeout how long a source may be silent
 * @param maxSilences number of silences in a row after which a source is given up
 * @param maxCorruptChunks number of chunks with a wrong checksum after which a source is given up;
 *     valid chunks lower the count
 * @param stallTimeout how long the whole pull may make no progress
 * @param hedgeDelay age of another source's request after which an idle source is asked for the
 *     same bytes
 * @param busyBackoff how long a source that had no room for a request is left alone
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
  private static final int MAX_CORRUPT = 32;
  private static final long BUSY = 20_000_000L;

  static PullPolicy of(TransferLimits limits) {
    long silenceNanos = limits.silenceTimeout().toNanos();
    return new PullPolicy(
        limits.windowBytes(),
        limits.windowBytes() / REQUESTS_PER_WINDOW,
        silenceNanos,
        limits.maxSilences(),
        MAX_CORRUPT,
        limits.stallTimeout().toNanos(),
        silenceNanos / 4,
        BUSY);
  }
}
