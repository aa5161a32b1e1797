package io.mobula.testkit.fault;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Codec of a line of a history: arbitrary texts separated by tabs. */
final class EventLineCodec {
  private EventLineCodec() {}

  static String join(String... words) {
    return String.join("\t", Arrays.stream(words).map(EventLineCodec::escaped).toList());
  }

  static List<String> split(String line) {
    return Arrays.stream(line.split("\t", -1)).map(EventLineCodec::unescaped).toList();
  }

  private static String escaped(String word) {
    return word.replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  private static String unescaped(String word) {
    if (word.indexOf('\\') < 0) {
      return word;
    }
    var text = new StringBuilder();
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      if (c != '\\' || i + 1 == word.length()) {
        text.append(c);
        continue;
      }
      char next = word.charAt(++i);
      text.append(
          switch (next) {
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'r' -> '\r';
            default -> next;
          });
    }
    return text.toString();
  }

  /** Returns the word for a text that may be null. */
  static String ofNullable(@Nullable String text) {
    return text == null ? "" : "=" + text;
  }

  static @Nullable String toNullable(String word) {
    return word.isEmpty() ? null : word.substring(1);
  }
}
