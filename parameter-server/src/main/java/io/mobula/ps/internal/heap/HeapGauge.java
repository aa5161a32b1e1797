package io.mobula.ps.internal.heap;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** Measurements of a heap's size and use. */
interface HeapGauge {
  /** Returns the maximum size of the heap in bytes. */
  long maxBytes();

  /** Returns the number of unused bytes; used bytes may be garbage. */
  long freeBytes();

  /** Runs a garbage collection and waits for it; returns false if the JVM ignores such requests. */
  boolean collect();

  /** Returns the gauge of this JVM's heap. */
  static HeapGauge ofThisJvm() {
    return new HeapGauge() {
      private final Runtime jvm = Runtime.getRuntime();

      @Override
      public long maxBytes() {
        return jvm.maxMemory();
      }

      @Override
      public long freeBytes() {
        return jvm.maxMemory() - (jvm.totalMemory() - jvm.freeMemory());
      }

      @Override
      public boolean collect() {
        long before = collections();
        System.gc();
        return collections() != before;
      }

      private static long collections() {
        return ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(GarbageCollectorMXBean::getCollectionCount)
            .sum();
      }
    };
  }
}
