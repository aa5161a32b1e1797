package io.mobula.samples.mails;

import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * Features of a mail: one key for each distinct token, by hashing (Weinberger et al., <em>Feature
 * hashing for large scale multitask learning</em>, 2009), and {@link #INTERCEPT}, which all mails
 * have. Pure functions.
 *
 * <p>A token is a run of 2 to 24 letters and digits in lower case, combined with its location: the
 * subject, the sender, the types of the parts, or their text, in which HTML tags count as words.
 * All other fields are ignored, since they contain the route, date and collector of a mail and thus
 * its group, which would not help with new mails.
 */
final class MailFeatures {
  /** Number of keys, twelve times the number of tokens in the mails. */
  static final int KEYS = 1 << 20;

  /** Key of the intercept, which every mail has. */
  static final long INTERCEPT = 0;

  private static final int MIN_WORD_LENGTH = 2;
  private static final int MAX_WORD_LENGTH = 24;

  private MailFeatures() {}

  /** Returns the distinct keys of a mail in ascending order. */
  static long[] of(MimeEntity mail) {
    var keys = LongStream.builder().add(INTERCEPT);
    addTokens("subject:", mail.field("subject"), keys);
    addTokens("from:", mail.field("from"), keys);
    mail.all().forEach(part -> {
      addTokens("type:", part.field("content-type"), keys);
      addTokens("", part.text(), keys);
    });
    return SortedKeys.sortedDistinct(keys.build());
  }

  private static void addTokens(String place, String text, LongConsumer keys) {
    int begin = 0;
    for (int i = 0; i <= text.length(); i++) {
      if (i == text.length() || !Character.isLetterOrDigit(text.charAt(i))) {
        if (i - begin >= MIN_WORD_LENGTH && i - begin <= MAX_WORD_LENGTH) {
          keys.accept(key(place + text.substring(begin, i).toLowerCase(Locale.ROOT)));
        }
        begin = i + 1;
      }
    }
  }

  /** Returns the key of a token, which is never that of the intercept. */
  static long key(String token) {
    return 1 + Long.remainderUnsigned(FnvHash.hash(token), KEYS - 1);
  }
}
