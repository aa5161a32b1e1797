package io.mobula.samples.digits;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.zip.GZIPInputStream;

/**
 * Set of handwritten digits with their labels: {@value #PIXELS} pixels each, from 0 to 1, row by
 * row, in one array. Immutable by convention: nothing writes to its arrays.
 */
final class DigitSet {
  static final int PIXELS = 64;
  static final int CLASSES = 10;

  private static final String RESOURCE = "digits.csv.gz";
  private static final float BRIGHTEST = 16;

  private final float[] pixels;
  private final int[] labels;

  private DigitSet(float[] pixels, int[] labels) {
    this.pixels = pixels;
    this.labels = labels;
  }

  /** Training set and test set; no image is in both. */
  record Split(DigitSet train, DigitSet test) {}

  /** Reads the images that are part of this module. */
  static DigitSet load() {
    try (InputStream in = DigitSet.class.getResourceAsStream(RESOURCE);
        var gunzipped = new GZIPInputStream(Objects.requireNonNull(in, RESOURCE));
        var reader =
            new BufferedReader(new InputStreamReader(gunzipped, StandardCharsets.US_ASCII))) {
      return parse(reader.lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }

  /** Parses lines of 64 pixels from 0 to 16 and a label. */
  static DigitSet parse(List<String> lines) {
    var set = new DigitSet(new float[lines.size() * PIXELS], new int[lines.size()]);
    for (int row = 0; row < lines.size(); row++) {
      set.parseRow(row, lines.get(row).split(",", -1));
    }
    return set;
  }

  private void parseRow(int row, String[] numbers) {
    if (numbers.length != PIXELS + 1) {
      throw new IllegalArgumentException(
          "Line " + (row + 1) + " has " + numbers.length + " numbers, not " + (PIXELS + 1));
    }
    for (int i = 0; i < PIXELS; i++) {
      pixels[row * PIXELS + i] = Integer.parseInt(numbers[i]) / BRIGHTEST;
    }
    labels[row] = Objects.checkIndex(Integer.parseInt(numbers[PIXELS]), CLASSES);
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

  /** Shuffles the rows by the seed, and uses the given share of them for training. */
  Split split(double trainShare, long seed) {
    int[] order = shuffled(count(), new Random(seed));
    int train = (int) (count() * trainShare);
    return new Split(rows(order, 0, train), rows(order, train, count()));
  }

  /** Returns the numbers from 0 to below {@code count} in random order. */
  static int[] shuffled(int count, Random random) {
    var order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private DigitSet rows(int[] order, int from, int to) {
    var part = new DigitSet(new float[(to - from) * PIXELS], new int[to - from]);
    for (int i = from; i < to; i++) {
      System.arraycopy(pixels, offset(order[i]), part.pixels, part.offset(i - from), PIXELS);
      part.labels[i - from] = labels[order[i]];
    }
    return part;
  }
}
