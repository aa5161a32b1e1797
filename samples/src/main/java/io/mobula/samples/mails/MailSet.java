package io.mobula.samples.mails;

import java.util.Arrays;
import java.util.List;

/**
 * Mails with their labels.
 *
 * @param mails at least one
 */
record MailSet(List<MailExample> mails) {
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
    return new MailSet(mails.stream().filter(MailExample::isTest).toList());
  }

  int count() {
    return mails.size();
  }

  /** The mails as one batch. */
  SparseBatch whole() {
    return SparseBatch.of(mails);
  }

  /** Some mails as one batch, by their rows; one may come twice. */
  SparseBatch batch(int[] rows) {
    return SparseBatch.of(Arrays.stream(rows).mapToObj(mails::get).toList());
  }
}
