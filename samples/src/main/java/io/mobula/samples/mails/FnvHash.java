package io.mobula.samples.mails;

/**
 * FNV-1a hash of 64 bits (Fowler, Noll and Vo): the same on every JVM and in every run, as shards
 * and splits require.
 */
final class FnvHash {
  private static final long BASIS = 0xcbf29ce484222325L;
  private static final long PRIME = 0x100000001b3L;

  private FnvHash() {}

  /** Hashes the lower byte of each character; here every character fits one byte. */
  static long hash(String text) {
    long hash = BASIS;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ (text.charAt(i) & 0xff)) * PRIME;
    }
    return hash;
  }
}
