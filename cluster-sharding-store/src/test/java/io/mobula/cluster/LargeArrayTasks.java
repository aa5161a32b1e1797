package io.mobula.cluster;

import io.mobula.Mobula;
import io.mobula.MobulaRuntime.StoreUsage;
import java.util.Arrays;
import java.util.Random;

/** Tasks that make and check large arrays, each different from all others in every part. */
final class LargeArrayTasks {
  /** Size that divides no store evenly. */
  static final int BYTES = 5_500_000;

  private LargeArrayTasks() {}

  static byte[] made(int seed) {
    var bytes = new byte[BYTES];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static boolean isMade(byte[] bytes, int seed) {
    return Arrays.equals(bytes, made(seed));
  }

  static StoreUsage usage() {
    return Mobula.runtime().storeUsage();
  }
}
