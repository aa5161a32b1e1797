/**
 * Logistic regression on mails, spam or not: a million weights of which every mail touches a few
 * hundred.
 *
 * <p>From a file to a batch: {@code MailFiles} finds the files, {@code Entity} takes a mail apart,
 * {@code Features} makes keys of it, {@code MailSet} holds the mails, {@code SparseBatch} joins the
 * keys of some, and {@code LogisticRegression} gives a gradient per key. All of it is plain: no
 * actors, no tasks. The mails do not come with this module; {@code MailFiles} says where they are
 * looked for and what fetches them.
 */
@NullMarked
package io.mobula.samples.mails;

import org.jspecify.annotations.NullMarked;
