package io.mobula.samples.mails;

import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * The keys of a mail: one for each different token in it, by hashing (Weinberger et al.,
 * <em>Feature hashing for large scale multitask learning</em>, 2009), and {@link #INTERCEPT}, which
 * all mails have. Pure.
 *
 * <p>A token is a run of 2 to 24 letters and digits in lower case, told apart by where it stands:
 * in the subject, the sender, the types of the parts, or their text, in which the tags of HTML are
 * words like any other. All other fields are left out. They say by which way, when and by whom a
 * mail was collected, and thus its group, which no new mail would tell.
 */
final class MailFeatures {
  /** Keys are from 0 to below this: twelve times as many as there are tokens in the mails. */
  static final int KEYS = 1 << 20;

  /** The key that every mail has. */
  static final long INTERCEPT = 0;

  private static final int SHORTEST = 2;
  private static final int LONGEST = 24;

  private MailFeatures() {}

  /** The keys of a mail, in ascending order, each once. */
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
        if (i - begin >= SHORTEST && i - begin <= LONGEST) {
          keys.accept(key(place + text.substring(begin, i).toLowerCase(Locale.ROOT)));
        }
        begin = i + 1;
      }
    }
  }

  /** The key of a token: never that of the intercept. */
  static long key(String token) {
    return 1 + Long.remainderUnsigned(FnvHash.hash(token), KEYS - 1);
  }
}
