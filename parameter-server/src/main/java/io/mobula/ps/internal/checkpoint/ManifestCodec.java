package io.mobula.ps.internal.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.mobula.ps.error.CheckpointException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Codec for the text of a manifest, in the format that the package describes. Pure. */
final class ManifestCodec {
  private static final String FIRST = "mobula-checkpoint ";
  private static final String LAST = "crc32c=";
  private static final int LAST_BYTES = LAST.length() + 8 + 1;

  private ManifestCodec() {}

  static byte[] write(CheckpointManifest manifest) {
    var lines = new StringBuilder();
    line(lines, FIRST, manifest.version());
    line(lines, "table=", TextEscaper.escapeLine(manifest.table()));
    line(lines, "shape=", TextEscaper.escapeLine(manifest.shape()));
    line(lines, "optimizer=", TextEscaper.escapeLine(manifest.optimizer()));
    line(lines, "size=", manifest.size());
    line(lines, "updates=", manifest.updates());
    line(lines, "parts=", manifest.parts().size());
    for (var part : manifest.parts()) {
      line(lines, "part=", text(part));
    }
    return sealed(lines.toString());
  }

  private static void line(StringBuilder lines, String key, Object value) {
    lines.append(key).append(value).append('\n');
  }

  private static String text(CheckpointPart part) {
    return String.join(
        " ",
        part.file(),
        Long.toString(part.from()),
        Long.toString(part.to()),
        Long.toString(part.bytes()),
        HexFormat.of().toHexDigits(part.crc32c()));
  }

  /** Appends the line with the checksum. */
  static byte[] sealed(String lines) {
    return (lines + LAST + checksum(lines) + "\n").getBytes(ISO_8859_1);
  }

  private static String checksum(String lines) {
    var crc = new CRC32C();
    crc.update(lines.getBytes(ISO_8859_1));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  /**
   * Reads and validates a manifest.
   *
   * @param where names the manifest in errors
   * @throws CheckpointException when it is cut off, altered or of another version
   */
  static CheckpointManifest read(byte[] bytes, Object where) {
    var text = new String(bytes, ISO_8859_1);
    int end = text.length() - LAST_BYTES;
    if (end < 0 || !text.startsWith(LAST, end) || !text.endsWith("\n")) {
      throw refused(where, "is cut off: its last line is no checksum", null);
    }
    var lines = text.substring(0, end);
    if (!text.startsWith(checksum(lines), end + LAST.length())) {
      throw refused(where, "was altered: its checksum is another", null);
    }
    requireVersion(lines, where);
    try {
      var manifest = parsed(List.of(lines.split("\n", -1)).iterator());
      if (!Arrays.equals(write(manifest), bytes)) {
        throw new IllegalArgumentException("it would be written otherwise");
      }
      return manifest;
    } catch (IllegalArgumentException e) {
      throw refused(where, "was altered, checksum and all: " + e.getMessage(), e);
    }
  }

  private static void requireVersion(String lines, Object where) {
    String first = lines.lines().findFirst().orElse("");
    if (!first.startsWith(FIRST)) {
      throw refused(where, "is none of a checkpoint: it begins with \"" + first + "\"", null);
    }
    String version = first.substring(FIRST.length());
    if (!version.equals(Integer.toString(CheckpointManifest.VERSION))) {
      String wanted =
          "is of another version: wanted " + CheckpointManifest.VERSION + ", there was ";
      throw refused(where, wanted + version, null);
    }
  }

  private static CheckpointManifest parsed(Iterator<String> lines) {
    int version = Integer.parseInt(value(lines, FIRST));
    String table = TextEscaper.unescapeLine(value(lines, "table="));
    String shape = TextEscaper.unescapeLine(value(lines, "shape="));
    String optimizer = TextEscaper.unescapeLine(value(lines, "optimizer="));
    long size = Long.parseLong(value(lines, "size="));
    long updates = Long.parseLong(value(lines, "updates="));
    int count = Integer.parseInt(value(lines, "parts="));
    var parts = new ArrayList<CheckpointPart>();
    for (int i = 0; i < count; i++) {
      parts.add(part(value(lines, "part=").split(" ", -1)));
    }
    return new CheckpointManifest(version, table, shape, optimizer, size, updates, parts);
  }

  private static CheckpointPart part(String[] fields) {
    if (fields.length != 5) {
      throw new IllegalArgumentException("a part has 5 fields, not " + fields.length);
    }
    return new CheckpointPart(
        fields[0],
        Long.parseLong(fields[1]),
        Long.parseLong(fields[2]),
        Long.parseLong(fields[3]),
        HexFormat.fromHexDigits(fields[4]));
  }

  private static String value(Iterator<String> lines, String key) {
    String line = lines.hasNext() ? lines.next() : "";
    if (!line.startsWith(key)) {
      throw new IllegalArgumentException("wanted " + key + ", there was \"" + line + "\"");
    }
    return line.substring(key.length());
  }

  private static CheckpointException refused(Object where, String why, @Nullable Throwable cause) {
    return new CheckpointException(
        "The manifest " + where + " " + why + ". Use another checkpoint.", cause);
  }
}
