package io.mobula.internal.cluster;

/**
 * For how long a word that a living process raises has stood still, as one observer sees it. Pure;
 * not safe for several threads.
 */
final class ProgressObserver {
  private long value;
  private long since;
  private boolean seen;

  /**
   * The word was read.
   *
   * @param now on a clock that goes on only while the observer runs
   * @return for how long it has been the same, as far as is known: zero at first
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
