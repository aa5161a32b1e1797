package io.mobula.ps.heap;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;

/** What is known of a heap. */
interface HeapGauge {
  /** How many bytes it may have. */
  long maxBytes();

  /** How many are not taken; what is taken may be garbage. */
  long freeBytes();

  /** Collects garbage and waits for it; false if the JVM was told not to do that on request. */
  boolean collect();

  /** Of this JVM. */
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
