package io.mobula.samples.mails;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Mail or part of a mail, as in RFC 5322 and RFC 2045: named fields, and a body, which may have
 * parts of its own. No input is refused, since spam is often malformed: text that cannot be parsed
 * is used unparsed.
 *
 * @param fields the last value of each field, by its name in lower case
 * @param body the body as it was sent
 */
record MimeEntity(Map<String, String> fields, String body) {
  private static final Pattern FOLD = Pattern.compile("\n[ \t]+");
  private static final int LINES = Pattern.MULTILINE | Pattern.UNIX_LINES;
  private static final Pattern FIELD = Pattern.compile("^([!-9;-~]+):(.*)$", LINES);
  private static final Pattern BINARY = Pattern.compile("(image|audio|video|application)/.*");
  private static final Pattern BOUNDARY =
      Pattern.compile("boundary\\s*=\\s*\"?([^\";\\s]+)", Pattern.CASE_INSENSITIVE);

  /** Limit of nested parts; only malicious mails are nested deeper. */
  private static final int DEEPEST = 8;

  MimeEntity {
    fields = Map.copyOf(fields);
  }

  /**
   * Parses the fields before the first empty line, and the body after it. Without an empty line the
   * whole text is searched for fields and is also the body.
   */
  static MimeEntity parse(String text) {
    var lines = text.replace("\r\n", "\n");
    int end = lines.startsWith("\n") ? 0 : lines.indexOf("\n\n");
    if (end < 0) {
      return new MimeEntity(fields(lines), lines);
    }
    return new MimeEntity(fields(lines.substring(0, end)), lines.substring(end).stripLeading());
  }

  /**
   * Joins folded lines and collects the fields; ignores lines without a name, such as the first
   * line of an mbox.
   */
  private static Map<String, String> fields(String lines) {
    var fields = new HashMap<String, String>();
    FIELD
        .matcher(FOLD.matcher(lines).replaceAll(" "))
        .results()
        .forEach(field ->
            fields.put(field.group(1).toLowerCase(Locale.ROOT), field.group(2).strip()));
    return fields;
  }

  /** Returns a field's value with encoded words decoded; empty if there is none. */
  String field(String name) {
    return TransferEncoding.decodeWords(fields.getOrDefault(name, ""));
  }

  /** Returns the media type of the body in lower case; {@code text/plain} if none is given. */
  String type() {
    var type = fields.getOrDefault("content-type", "").split(";", 2)[0].strip();
    return type.isEmpty() ? "text/plain" : type.toLowerCase(Locale.ROOT);
  }

  /** Returns this entity and all parts within it. */
  Stream<MimeEntity> all() {
    return all(DEEPEST);
  }

  private Stream<MimeEntity> all(int depth) {
    var within =
        depth == 0 ? Stream.<MimeEntity>of() : parts().stream().flatMap(p -> p.all(depth - 1));
    return Stream.concat(Stream.of(this), within);
  }

  private List<MimeEntity> parts() {
    var boundary = BOUNDARY.matcher(fields.getOrDefault("content-type", ""));
    if (!type().startsWith("multipart/") || !boundary.find()) {
      return List.of();
    }
    var line =
        Pattern.compile("^--" + Pattern.quote(boundary.group(1)) + "(--)?[ \t]*(\n|\\z)", LINES);
    return Arrays.stream(line.split(body, -1)).skip(1).map(MimeEntity::parse).toList();
  }

  /** Returns the decoded body if it is text without parts, otherwise an empty text. */
  String text() {
    return BINARY.matcher(type()).matches() || !parts().isEmpty()
        ? ""
        : TransferEncoding.decode(fields.getOrDefault("content-transfer-encoding", ""), body);
  }
}
