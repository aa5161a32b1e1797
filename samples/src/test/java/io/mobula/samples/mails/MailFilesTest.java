package io.mobula.samples.mails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.samples.training.DataFolders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MailFilesTest {
  @TempDir
  Path folder;

  @Test
  void readsTheMailsOfAllGroupsInOrder() throws IOException {
    for (var group : List.of("easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2")) {
      write(group, "2.txt", "Subject: second\n\n" + group);
      write(group, "1.txt", "Subject: first\n\n\u00ff");
      write(group, "1.json", "{}");
    }
    var mails = new MailFiles(folder).read().mails();
    assertThat(mails).hasSize(10);
    assertThat(mails.stream().map(MailExample::name)).startsWith("1.txt", "2.txt", "1.txt");
    assertThat(mails.stream().map(MailExample::spam))
        .containsExactly(false, false, false, false, false, false, true, true, true, true);
    assertThat(mails.get(1).keys())
        .contains(MailFeatures.key("subject:second"), MailFeatures.key("ham"));
  }

  /** Writes a mail in Latin-1, which is hardly ever valid UTF-8. */
  private void write(String group, String name, String text) throws IOException {
    var file = folder.resolve("data").resolve(group).resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void saysWhatFetchesTheMailsThatAreMissing() {
    var files = new MailFiles(folder);
    assertThat(files.missingReason())
        .hasValueSatisfying(reason -> assertThat(reason)
            .contains(folder.toString())
            .contains("samples/fetch-mails.sh")
            .contains(MailFiles.VARIABLE));
    assertThatThrownBy(files::read)
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("samples/fetch-mails.sh");
  }

  @Test
  void looksWhereTheUserSaysAndElseInTheCache() {
    assertThat(MailFiles.chosen(folders(Map.of(MailFiles.VARIABLE, "/b"))).folder())
        .isEqualTo(Path.of("/b"));
    assertThat(MailFiles.chosen(folders(Map.of("XDG_CACHE_HOME", "/c"))).folder())
        .startsWithRaw(Path.of("/c/mobula"));
  }

  private static DataFolders folders(Map<String, String> variables) {
    return new DataFolders(name -> null, variables::get);
  }

  /** Checks that the script and the sources use the same folder. */
  @Test
  void looksWhereTheScriptPutsThem() throws IOException {
    var script = Files.readString(Path.of("fetch-mails.sh"));
    var version = script.lines().filter(line -> line.startsWith("VERSION=")).findFirst();
    assertThat(version).isPresent();
    assertThat(MailFiles.chosen(folders(Map.of())).folder())
        .hasFileName("spam-assassin-" + version.get().substring("VERSION=".length()));
  }
}
