package io.mobula.samples.mails;

import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;

/**
 * The mails as trainings want them.
 *
 * @param train to learn from: put once, and read by every worker
 * @param test to judge by, with the driver
 */
record MailSplit(ObjectRef<MailSet> train, SparseBatch test) {
  /** Splits the mails, and puts those to learn from. */
  static MailSplit of(MobulaRuntime runtime, MailSet all) {
    return new MailSplit(runtime.put(all.train()), all.test().whole());
  }
}
