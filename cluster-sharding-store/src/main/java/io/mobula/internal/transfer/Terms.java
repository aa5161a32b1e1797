package io.mobula.internal.transfer;

import io.mobula.spi.TransferSettings.Limits;

/**
 * How a pull deals with its sources. Times in nanoseconds.
 *
 * @param window how many bytes one source is asked for and has not sent yet
 * @param piece how many bytes one request asks for at most
 * @param patience how long a source may be silent
 * @param strikes after how many silences in a row it is given up
 * @param corrupt after how many chunks with a wrong checksum, less what right ones make up for, it
 *     is given up
 * @param stall how long nobody may send anything
 * @param hedge after how long an idle source is asked for what another still owes
 * @param busy how long a source is left alone that had no room for the request
 */
record Terms(
    int window,
    int piece,
    long patience,
    int strikes,
    int corrupt,
    long stall,
    long hedge,
    long busy) {
  private static final int REQUESTS_PER_WINDOW = 8;
  private static final int MOST_CORRUPT = 32;
  private static final long BUSY = 20_000_000L;

  static Terms of(Limits limits) {
    long patience = limits.patience().toNanos();
    return new Terms(
        limits.window(),
        limits.window() / REQUESTS_PER_WINDOW,
        patience,
        limits.strikes(),
        MOST_CORRUPT,
        limits.stall().toNanos(),
        patience / 4,
        BUSY);
  }
}
