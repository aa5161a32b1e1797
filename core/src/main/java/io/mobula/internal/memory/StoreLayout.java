package io.mobula.internal.memory;

/**
 * Sizes of a store that only tests change, to reach its limits.
 *
 * @param chunkLog the object table grows by {@code 2^chunkLog} slots at a time; at least 2^10, so
 *     that chunks of the table and of the pins are whole pages
 * @param maxBufferBytes the largest object that is viewed through a buffer, in bytes
 */
record StoreLayout(int chunkLog, long maxBufferBytes) {
  /**
   * The sizes used outside of tests: chunks of 8 192 slots, and buffers as large as the JDK makes
   * them.
   */
  static final StoreLayout STANDARD = new StoreLayout(13, Integer.MAX_VALUE - 8L);

  StoreLayout {
    if (chunkLog < 10 || chunkLog > 20) {
      throw new IllegalArgumentException("A chunk has 2^10 to 2^20 slots, not 2^" + chunkLog);
    }
  }
}
