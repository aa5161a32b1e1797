package io.mobula.samples.mails;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Transfer encodings of bodies (RFC 2045) and fields (RFC 2047). Malformed input is left unchanged.
 * A byte becomes one character; character sets are ignored.
 */
final class TransferEncoding {
  private static final Pattern WORD = Pattern.compile("=\\?[^?\\s]*\\?([QqBb])\\?([^?\\s]*)\\?=");
  private static final Pattern NO_DIGIT = Pattern.compile("[^A-Za-z0-9+/]");

  private TransferEncoding() {}

  /** Decodes a body by the name of its encoding; an unknown encoding changes nothing. */
  static String decode(String encoding, String body) {
    return switch (encoding.toLowerCase(Locale.ROOT)) {
      case "base64" -> decodeBase64(body);
      case "quoted-printable" -> decodeQuoted(body);
      default -> body;
    };
  }

  /** Decodes the encoded words in a field's value. */
  static String decodeWords(String value) {
    return WORD.matcher(value).replaceAll(word -> Matcher.quoteReplacement(decodeWord(word)));
  }

  private static String decodeWord(MatchResult word) {
    return word.group(1).equalsIgnoreCase("b")
        ? decodeBase64(word.group(2))
        : decodeQuoted(word.group(2).replace('_', ' '));
  }

  /**
   * Decodes base64, ignoring characters that are not digits, and a last digit that does not
   * complete a byte.
   */
  private static String decodeBase64(String body) {
    var digits = NO_DIGIT.matcher(body).replaceAll("");
    int usable = digits.length() % 4 == 1 ? digits.length() - 1 : digits.length();
    byte[] bytes = Base64.getDecoder().decode(digits.substring(0, usable));
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static String decodeQuoted(String body) {
    var decoded = new StringBuilder(body.length());
    for (int i = 0; i < body.length(); i++) {
      char c = body.charAt(i);
      if (c != '=') {
        decoded.append(c);
      } else if (body.startsWith("\n", i + 1)) {
        i++;
      } else if (hex(body, i + 1) >= 0 && hex(body, i + 2) >= 0) {
        decoded.append((char) (hex(body, i + 1) << 4 | hex(body, i + 2)));
        i += 2;
      } else {
        decoded.append(c);
      }
    }
    return decoded.toString();
  }

  private static int hex(String body, int at) {
    return at < body.length() ? Character.digit(body.charAt(at), 16) : -1;
  }
}
