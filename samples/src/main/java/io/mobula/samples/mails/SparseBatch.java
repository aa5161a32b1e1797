package io.mobula.samples.mails;

import java.util.Arrays;
import java.util.List;

/**
 * Some mails with their keys joined: what one pull and one push of weights are for. Arrays of
 * weights and gradients belong to the {@link #keys}, place by place. Immutable by agreement.
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

  /** Joins the keys of at least one mail. */
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

  /** The keys of all mails, in ascending order, each once. */
  long[] keys() {
    return keys;
  }

  /** How many mails there are. */
  int count() {
    return spam.length;
  }

  /** Where a mail's keys are among {@link #keys}, in ascending order. */
  int[] positions(int mail) {
    return places[mail];
  }

  /** A mail's label. */
  boolean spam(int mail) {
    return spam[mail];
  }
}
