package io.mobula.samples.mails;

import java.util.Arrays;
import java.util.List;

/**
 * Batch of mails with their keys joined, for one pull and one push of weights. Arrays of weights
 * and gradients have one entry for each of the {@link #keys}, in the same order. Immutable by
 * convention.
 */
final class SparseBatch {
  private final long[] keys;
  private final int[][] places;
  private final boolean[] spam;

  private SparseBatch(long[] keys, int[][] places, boolean[] spam) {
    this.keys = keys;
    this.places = places;
    this.spam = spam;
  }

  /** Returns a batch of at least one mail. */
  static SparseBatch of(List<MailExample> mails) {
    if (mails.isEmpty()) {
      throw new IllegalArgumentException("A batch without mails: at least one is needed.");
    }
    long[] keys =
        SortedKeys.sortedDistinct(mails.stream().flatMapToLong(mail -> Arrays.stream(mail.keys())));
    var places = new int[mails.size()][];
    var spam = new boolean[mails.size()];
    for (int i = 0; i < spam.length; i++) {
      places[i] = SortedKeys.positions(mails.get(i).keys(), keys);
      spam[i] = mails.get(i).spam();
    }
    return new SparseBatch(keys, places, spam);
  }

  /** Returns the distinct keys of all mails in ascending order. */
  long[] keys() {
    return keys;
  }

  /** Returns the number of mails. */
  int count() {
    return spam.length;
  }

  /** Returns the positions of a mail's keys in {@link #keys}, in ascending order. */
  int[] positions(int mail) {
    return places[mail];
  }

  /** Returns whether a mail is spam. */
  boolean spam(int mail) {
    return spam[mail];
  }
}
