package io.mobula.jmh.ways;

/**
 * Way of data that can be traced.
 *
 * @param name name of the way, which is its heading in {@code docs/architecture.md}
 * @param round work of one round
 */
record TracedWay(String name, WayRound round) {
  /**
   * Work of one round, which calls {@link WayMark#beginRound} and {@link WayMark#endRound} itself.
   */
  @FunctionalInterface
  interface WayRound {
    /** Runs one round and waits until its work is done. */
    void run() throws Exception;
  }
}
