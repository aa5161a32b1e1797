package io.mobula.internal.cluster;

/** Observer of a progress word: for how long the word has not changed. Not thread-safe. */
final class ProgressObserver {
  private long value;
  private long since;
  private boolean seen;

  /**
   * Records a reading of the word.
   *
   * @param now by a clock that advances only while the observer runs
   * @return how long the word has been the same, as far as known; zero at first
   */
  long observe(long read, long now) {
    if (!seen || read != value) {
      seen = true;
      value = read;
      since = now;
    }
    return now - since;
  }
}
