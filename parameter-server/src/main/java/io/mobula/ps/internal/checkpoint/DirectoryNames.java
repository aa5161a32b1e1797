package io.mobula.ps.internal.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/** Names of the directories of one table's checkpoints and drafts. Pure. */
final class DirectoryNames {
  private static final String DRAFT = ".draft-";
  private static final Pattern DRAFT_NAME = Pattern.compile("\\.draft-(.+)-[0-9a-f]{8}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{12,19}");
  private static final int MAX_LENGTH = 150;
  private static final int KEPT = 100;
  private static final int DIGEST = 32;

  private final String prefix;

  private DirectoryNames(String prefix) {
    this.prefix = prefix;
  }

  static DirectoryNames of(String table) {
    String name = TextEscaper.escapeFileName(table);
    boolean fits = name.length() <= MAX_LENGTH;
    return new DirectoryNames((fits ? name : name.substring(0, KEPT) + "%~" + digest(name)) + "-");
  }

  private static String digest(String name) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, DIGEST);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256.", e);
    }
  }

  String of(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("Checkpoints are numbered from 0, got " + number);
    }
    return prefix + String.format("%012d", number);
  }

  /** Returns a unique name for a draft. */
  String draftOf(long number) {
    String random = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
    return DRAFT + of(number) + "-" + random;
  }

  /** Returns the number of a checkpoint of this table; empty for all other paths. */
  OptionalLong number(Path directory) {
    return number(Objects.toString(directory.getFileName()));
  }

  /** Returns the number of a draft of this table; empty for all other paths. */
  OptionalLong draft(Path directory) {
    var name = DRAFT_NAME.matcher(Objects.toString(directory.getFileName()));
    return name.matches() ? number(name.group(1)) : OptionalLong.empty();
  }

  private OptionalLong number(String name) {
    if (!name.startsWith(prefix)) {
      return OptionalLong.empty();
    }
    String digits = name.substring(prefix.length());
    try {
      long number = NUMBER.matcher(digits).matches() ? Long.parseLong(digits) : -1;
      return number >= 0 && name.equals(of(number))
          ? OptionalLong.of(number)
          : OptionalLong.empty();
    } catch (NumberFormatException e) {
      return OptionalLong.empty(); // 19 digits can exceed a long
    }
  }
}
