package io.mobula.jmh.onenode;

import java.util.List;

/**
 * Group of rows that share a runtime, an actor system or memory. Used by one thread, then closed.
 */
interface BenchmarkSection extends AutoCloseable {
  /** Returns the rows, in the order of the table. */
  List<BenchmarkRow> rows();

  /** Returns the part of the usual measuring time that each operation of this section gets. */
  double timeShare();

  @Override
  void close();
}
