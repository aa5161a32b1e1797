package io.mobula.samples.mails;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * Mails for tests that want none of the real ones: a few keys in most mails, most keys in a few,
 * and some that are more frequent in spam. Seeded.
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

  /** A key's frequency falls with its number; every third of the telling ones is of spam. */
  private boolean has(long key, boolean spam) {
    double frequency = MANY / (MANY + key);
    boolean unlikely = key < TELLING && key % 3 == (spam ? 1 : 0);
    return key == MailFeatures.INTERCEPT || random.nextDouble() < (unlikely ? 0.2 : 1) * frequency;
  }
}
