/**
 * Logistic regression that recognizes spam: a million weights of which each mail uses a few
 * hundred, on a parameter server, and its baseline: the same training on one thread.
 *
 * <p>From a file to a batch: {@code MailFiles} finds the files, {@code MimeEntity} parses a mail,
 * {@code MailFeatures} converts it to keys, {@code MailSet} holds the mails, {@code SparseBatch}
 * joins the keys of some mails, and {@code LogisticRegression} computes a gradient per key. These
 * classes and {@code MailBaseline} use no actors and tasks. {@code MailRun} and {@code MailWorker}
 * run them on actors, {@code MailRunFactory} starts training runs, and {@code MailTraining} is the
 * program. The mails are not part of this module; {@code MailFiles} describes where they are
 * searched and how to fetch them.
 */
@NullMarked
package io.mobula.samples.mails;

import org.jspecify.annotations.NullMarked;
