package io.mobula.samples.fashion;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Set of images of clothes with their labels: {@value #PIXELS} pixels each, from 0 to 1, row by
 * row, in one array; 3 KiB an image. Immutable by convention: nothing writes to its arrays.
 */
final class FashionSet {
  static final int SIDE = 28;
  static final int PIXELS = SIDE * SIDE;
  static final int CLASSES = 10;

  private static final float BRIGHTEST = 255;

  private final float[] pixels;
  private final byte[] labels;

  private FashionSet(float[] pixels, byte[] labels) {
    this.pixels = pixels;
    this.labels = labels;
  }

  /**
   * Creates a set over the given arrays, which are not copied; refuses arrays of different lengths.
   */
  static FashionSet of(float[] pixels, byte[] labels) {
    if (pixels.length != labels.length * PIXELS) {
      throw new IllegalArgumentException(labels.length + " labels want " + labels.length * PIXELS
          + " pixels, not " + pixels.length);
    }
    for (byte label : labels) {
      if (label < 0 || label >= CLASSES) {
        throw new IllegalArgumentException("Label " + label + " is none of 0 to 9");
      }
    }
    return new FashionSet(pixels, labels);
  }

  /**
   * Reads a file of images and the file of their labels.
   *
   * @throws IdxException when a file is damaged, or they do not belong together
   */
  static FashionSet read(Path images, Path labels) throws IOException {
    byte[] numbers = IdxFile.values(labels);
    byte[] grey = IdxFile.values(images, SIDE, SIDE);
    int count = grey.length / PIXELS;
    if (count != numbers.length) {
      throw new IdxException(
          labels, "has " + numbers.length + " labels for the " + count + " images of " + images);
    }
    try {
      return of(scaled(grey), numbers);
    } catch (IllegalArgumentException e) {
      throw new IdxException(labels, "cannot be used: " + e.getMessage());
    }
  }

  private static float[] scaled(byte[] grey) {
    var pixels = new float[grey.length];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (grey[i] & 0xff) / BRIGHTEST;
    }
    return pixels;
  }

  int count() {
    return labels.length;
  }

  int label(int row) {
    return labels[row];
  }

  /** Returns all images in one array; the image of a row begins at {@link #offset}. */
  float[] pixels() {
    return pixels;
  }

  int offset(int row) {
    return row * PIXELS;
  }

  /** Returns a copy of the first images; both sets are shuffled, so these are as good as any. */
  FashionSet first(int count) {
    return new FashionSet(Arrays.copyOf(pixels, offset(count)), Arrays.copyOf(labels, count));
  }
}
