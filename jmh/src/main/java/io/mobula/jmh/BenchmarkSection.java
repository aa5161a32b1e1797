package io.mobula.jmh;

import java.util.List;

/**
 * Rows that share what they work with: a runtime, an actor system, memory. Used by one thread, then
 * closed.
 */
interface BenchmarkSection extends AutoCloseable {
  /** The rows, in the order of the table. */
  List<BenchmarkRow> rows();

  /** How much of the usual time each of its contenders gets. */
  double timeShare();

  @Override
  void close();
}
