/**
 * Logistic regression on mails, spam or not: a million weights of which every mail touches a few
 * hundred, on a parameter server, and what that is held against: the same training on one thread.
 *
 * <p>From a file to a batch: {@code MailFiles} finds the files, {@code MimeEntity} takes a mail
 * apart, {@code MailFeatures} makes keys of it, {@code MailSet} holds the mails,
 * {@code SparseBatch} joins the keys of some, and {@code LogisticRegression} gives a gradient per
 * key. All of that, and {@code MailBaseline}, is plain: no actors, no tasks. {@code MailRun} and
 * {@code MailWorker} put it on actors, {@code MailRunFactory} begins trainings, and
 * {@code MailTraining} is the program. The mails do not come with this module; {@code MailFiles}
 * says where they are looked for and what fetches them.
 */
@NullMarked
package io.mobula.samples.mails;

import org.jspecify.annotations.NullMarked;
