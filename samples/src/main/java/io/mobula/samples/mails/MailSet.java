package io.mobula.samples.mails;

import java.util.Arrays;
import java.util.List;

/**
 * Set of labelled mails.
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

  /** Returns the training set, four fifths of the mails. */
  MailSet train() {
    return new MailSet(mails.stream().filter(mail -> !mail.isTest()).toList());
  }

  /** Returns the test set, one fifth of the mails, disjoint from the training set. */
  MailSet test() {
    return new MailSet(mails.stream().filter(MailExample::isTest).toList());
  }

  int count() {
    return mails.size();
  }

  /** Returns all mails as one batch. */
  SparseBatch whole() {
    return SparseBatch.of(mails);
  }

  /** Returns the mails of some rows as one batch; a row may occur repeatedly. */
  SparseBatch batch(int[] rows) {
    return SparseBatch.of(Arrays.stream(rows).mapToObj(mails::get).toList());
  }
}
