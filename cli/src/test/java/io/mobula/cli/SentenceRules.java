package io.mobula.cli;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Rules that the first sentence of a Javadoc comment keeps, as far as a program can tell. */
final class SentenceRules {
  static final int FEWEST_WORDS = 4;
  private static final Pattern ELSEWHERE = Pattern.compile(
      "^(see|the same|same as|as above|as there|as with|as in|as for|likewise|ditto)\\b",
      Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_SUBJECT = Pattern.compile(
      "^(what|how|where|which|who|whoever|whose|why|it|its|something|somebody|nobody|nothing|such)\\b",
      Pattern.CASE_INSENSITIVE);
  private static final Pattern NO_NOUN =
      Pattern.compile("^(whether|there|that|one of)\\b", Pattern.CASE_INSENSITIVE);

  private SentenceRules() {}

  /** Returns what is wrong with a comment, or null. */
  static @Nullable String fault(SourceScan.SourceComment comment) {
    var sentence = comment.firstSentence().replaceAll("\\s+", " ").strip();
    if (comment.body().contains("{@inheritDoc}")) {
      return null;
    }
    if (ELSEWHERE.matcher(sentence).find()) {
      return "points elsewhere";
    }
    if (sentence.isEmpty() || sentence.split(" ").length < FEWEST_WORDS) {
      return "fewer than " + FEWEST_WORDS + " words";
    }
    if (NO_SUBJECT.matcher(sentence).find()
        || (comment.ofType() && NO_NOUN.matcher(sentence).find())) {
      return "names no subject";
    }
    return null;
  }
}
