package io.mobula.samples.mails;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Mails with their labels.
 *
 * @param mails at least one
 */
record MailSet(List<Mail> mails) {
  MailSet {
    mails = List.copyOf(mails);
    if (mails.isEmpty()) {
      throw new IllegalArgumentException("A set without mails: at least one is needed.");
    }
  }

  /** The four fifths to learn from. */
  MailSet train() {
    return new MailSet(mails.stream().filter(mail -> !mail.isTest()).toList());
  }

  /** The fifth that judges what was learned; no mail is in both. */
  MailSet test() {
    return new MailSet(mails.stream().filter(Mail::isTest).toList());
  }

  int count() {
    return mails.size();
  }

  /** The mails as one batch. */
  SparseBatch whole() {
    return SparseBatch.of(mails);
  }

  /** All mails once, in an order that the seed decides; the last batch may be smaller. */
  List<SparseBatch> batches(int size, long seed) {
    var shuffled = new ArrayList<>(mails);
    Collections.shuffle(shuffled, new Random(seed));
    return IntStream.range(0, Math.ceilDiv(count(), size))
        .mapToObj(i -> shuffled.subList(i * size, Math.min((i + 1) * size, count())))
        .map(SparseBatch::of)
        .toList();
  }
}
