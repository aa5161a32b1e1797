package io.mobula.samples.mails;

/** A mail as the arithmetic sees it. Immutable by agreement: nobody writes to its keys. */
final class MailExample {
  private static final int FOLDS = 5;

  private final String name;
  private final boolean spam;
  private final long[] keys;

  /** Refuses keys that are not in ascending order or not distinct. */
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

  /** The name of its file. */
  String name() {
    return name;
  }

  /** Its label. */
  boolean spam() {
    return spam;
  }

  /** What is in it: {@link MailFeatures}, in ascending order, each once. */
  long[] keys() {
    return keys;
  }

  /** Whether it is one of the fifth that judges what was learned; its name alone decides. */
  boolean isTest() {
    return Long.remainderUnsigned(FnvHash.hash(name), FOLDS) == 0;
  }
}
