package io.mobula.samples.mails;

/** Labelled example: the keys of a mail. Immutable by convention: nothing writes to its keys. */
final class MailExample {
  private static final int FOLDS = 5;

  private final String name;
  private final boolean spam;
  private final long[] keys;

  /** Creates an example; refuses keys that are not ascending and distinct. */
  MailExample(String name, boolean spam, long[] keys) {
    for (int i = 1; i < keys.length; i++) {
      if (keys[i] <= keys[i - 1]) {
        throw new IllegalArgumentException(
            "Mail " + name + " has key " + keys[i] + " after " + keys[i - 1] + ".");
      }
    }
    this.name = name;
    this.spam = spam;
    this.keys = keys;
  }

  /** Returns the name of the mail's file. */
  String name() {
    return name;
  }

  /** Returns whether the mail is spam. */
  boolean spam() {
    return spam;
  }

  /** Returns the keys of the mail, ascending and distinct; see {@link MailFeatures}. */
  long[] keys() {
    return keys;
  }

  /**
   * Returns whether the mail is in the test set, a fifth of all mails; depends on its name only.
   */
  boolean isTest() {
    return Long.remainderUnsigned(FnvHash.hash(name), FOLDS) == 0;
  }
}
