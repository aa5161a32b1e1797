package io.mobula.ps.internal.row;

/**
 * Stable hash of keys: rows that were placed by it have to be found again by other processes and
 * releases.
 */
public final class KeyHash {
  private KeyHash() {}

  /**
   * Mixes the bits of a key, so that each input bit changes about half of the output bits
   * (Stafford's mix 13).
   */
  public static long mix(long key) {
    long z = (key ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
