package io.mobula.samples.mails;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;

/**
 * Training set and test set of the mails.
 *
 * @param train training set, put once and read by every worker
 * @param test test set, kept by the driver
 */
record MailSplit(ObjectRef<MailSet> train, SparseBatch test) {
  /** Splits the mails, and puts the training set. */
  static MailSplit of(MobulaRuntime runtime, MailSet all) {
    return new MailSplit(runtime.put(all.train()), all.test().whole());
  }
}
