package io.mobula.samples.mails;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Generated mails for tests without the real ones: a few keys are in most mails, most keys in a
 * few, and some are more frequent in spam. Seeded.
 */
final class GeneratedMails {
  private static final int KEYS = 2_000;
  private static final int TELLING = 200;
  private static final double MANY = 30;

  private final Random random;

  private GeneratedMails(long seed) {
    this.random = new Random(seed);
  }

  static MailSet of(int count, long seed) {
    var generated = new GeneratedMails(seed);
    return new MailSet(IntStream.range(0, count).mapToObj(generated::mail).toList());
  }

  private MailExample mail(int number) {
    boolean spam = random.nextInt(3) == 0;
    long[] keys = LongStream.range(0, KEYS).filter(key -> has(key, spam)).toArray();
    return new MailExample("mail " + number, spam, keys);
  }

  /**
   * Returns whether a mail has a key. A key's frequency falls with its number; every third of the
   * informative keys is more frequent in spam.
   */
  private boolean has(long key, boolean spam) {
    double frequency = MANY / (MANY + key);
    boolean unlikely = key < TELLING && key % 3 == (spam ? 1 : 0);
    return key == MailFeatures.INTERCEPT || random.nextDouble() < (unlikely ? 0.2 : 1) * frequency;
  }
}
