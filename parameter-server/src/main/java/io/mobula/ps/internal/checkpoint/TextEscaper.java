package io.mobula.ps.internal.checkpoint;

import java.util.HexFormat;

/**
 * Escaping of arbitrary text as ASCII: each other UTF-16 unit, and {@code %}, becomes {@code %}
 * with four hexadecimal digits; unpaired surrogates are allowed. Different texts stay different.
 */
final class TextEscaper {
  private static final int DIGITS = 4;

  private TextEscaper() {}

  /** Escapes a text to a line; printable ASCII and blanks are kept. */
  static String escapeLine(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      append(out, c, c >= ' ' && c < 0x7f && c != '%');
    }
    return out.toString();
  }

  /**
   * Escapes a text to a file name; letters, digits, {@code _}, {@code -} and dots except a leading
   * one are kept. The result is never empty.
   */
  static String escapeFileName(String text) {
    var out = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      append(out, c, isPlain(c) || (c == '.' && i > 0));
    }
    return out.isEmpty() ? "%" : out.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '-';
  }

  private static void append(StringBuilder out, char c, boolean plain) {
    if (plain) {
      out.append(c);
    } else {
      out.append('%').append(HexFormat.of().toHexDigits(c));
    }
  }

  /**
   * Decodes a line that {@link #escapeLine} has made.
   *
   * @throws IllegalArgumentException when the line has another form
   */
  static String unescapeLine(String line) {
    var out = new StringBuilder();
    for (int i = 0; i < line.length(); i++) {
      if (line.charAt(i) != '%') {
        out.append(line.charAt(i));
      } else if (line.length() - i > DIGITS) {
        out.append((char) HexFormat.fromHexDigits(line, i + 1, i + 1 + DIGITS));
        i += DIGITS;
      } else {
        throw new IllegalArgumentException("a % with fewer than four digits ends " + line);
      }
    }
    return out.toString();
  }
}
