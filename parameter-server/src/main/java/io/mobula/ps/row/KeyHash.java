package io.mobula.ps.row;

/** The hash of keys, the same everywhere: what is written with it has to be found again. */
public final class KeyHash {
  private KeyHash() {}

  /** A key's bits, spread: every bit of it changes about half of them (Stafford's mix 13). */
  public static long mix(long key) {
    long z = (key ^ (key >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
