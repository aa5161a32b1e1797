package io.mobula.samples.fashion;

import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.Map;

/**
 * Cache of the training images, 188 MB that all workers of a process share. The images are freed
 * when nothing uses them and memory gets short. Safe for use by many threads.
 */
final class TrainingImageCache {
  private static final Map<FashionFiles, Reference<FashionSet>> READ = new HashMap<>();

  private TrainingImageCache() {}

  /**
   * Returns the images, which the first call reads; throws the same exceptions as
   * {@link FashionFiles#train}.
   */
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
