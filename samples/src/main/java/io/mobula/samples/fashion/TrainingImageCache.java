package io.mobula.samples.fashion;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.Map;

/**
 * The images to learn from, once in a process: 188 MB that all workers there share. They are let go
 * when nobody has them and memory gets short. Safe for use by many threads.
 */
final class TrainingImageCache {
  private static final Map<FashionFiles, Reference<FashionSet>> READ = new HashMap<>();

  private TrainingImageCache() {}

  /** Reads them the first time; throws as {@link FashionFiles#train} does. */
  static synchronized FashionSet train(FashionFiles files) throws IOException {
    var read = READ.get(files);
    var known = read == null ? null : read.get();
    if (known != null) {
      return known;
    }
    var train = files.train();
    READ.put(files, new SoftReference<>(train));
    return train;
  }
}
