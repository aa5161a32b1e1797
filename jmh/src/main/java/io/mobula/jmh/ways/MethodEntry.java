package io.mobula.jmh.ways;

import java.util.Comparator;

/**
 * One execution of a traced method.
 *
 * @param thread name of the thread
 * @param threadId number of the thread, since several can have one name
 * @param method the method
 * @param start when the method was entered, in nanoseconds since the epoch
 * @param end when it returned
 */
record MethodEntry(String thread, long threadId, TracedMethod method, long start, long end) {
  /**
   * Order in which methods were entered. A caller comes before the method that it calls in the same
   * nanosecond.
   */
  static final Comparator<MethodEntry> ORDER = Comparator.comparingLong(MethodEntry::start)
      .thenComparing(Comparator.comparingLong(MethodEntry::end).reversed());

  String file() {
    return method.file();
  }

  boolean encloses(MethodEntry other) {
    return start <= other.start && other.end <= end;
  }
}
