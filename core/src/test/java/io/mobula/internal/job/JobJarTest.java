package io.mobula.internal.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobJarTest {
  @TempDir
  Path directory;

  private Path scratch() throws IOException {
    return Files.createTempDirectory(directory, "scratch");
  }

  private Path jar(Path at, String entry) throws IOException {
    try (var zip = new ZipOutputStream(Files.newOutputStream(at))) {
      zip.putNextEntry(new ZipEntry(entry));
      zip.write(1);
    }
    return at;
  }

  @Test
  void aJarMeansItself() throws Exception {
    var jar = jar(directory.resolve("a.jar"), "A");
    assertThat(JobJar.of(List.of(jar), scratch())).extracting(JobJar::file).containsExactly(jar);
  }

  @Test
  void aDirectoryMeansItsJarsAndWhatElseIsInIt() throws Exception {
    var lib = Files.createDirectory(directory.resolve("lib"));
    var second = jar(lib.resolve("b.jar"), "B");
    var first = jar(lib.resolve("a.JAR"), "A");
    Files.createDirectories(lib.resolve("pack/age"));
    Files.writeString(lib.resolve("pack/age/C.class"), "c");

    var jars = JobJar.of(List.of(lib), scratch());

    assertThat(jars.subList(0, 2)).extracting(JobJar::file).containsExactly(first, second);
    try (var zip = new ZipFile(jars.get(2).file().toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName)).containsExactly("pack/age/C.class");
    }
  }

  @Test
  void equalDirectoriesGiveEqualJars() throws Exception {
    var hashes = List.of(packed("x", 0), packed("y", 1_000_000_000_000L));
    assertThat(hashes.get(0)).isEqualTo(hashes.get(1));
  }

  private String packed(String name, long changed) throws IOException {
    var classes = Files.createDirectories(directory.resolve(name).resolve("p"));
    for (var file : List.of("A.class", "B.class")) {
      Files.writeString(classes.resolve(file), file);
      Files.setLastModifiedTime(classes.resolve(file), FileTime.fromMillis(changed));
    }
    return JobJar.hash(
        JobJar.of(List.of(directory.resolve(name)), scratch()).getFirst().file());
  }

  @Test
  void theOrderOfJarsCounts() throws Exception {
    var a = JobJar.hash(jar(directory.resolve("a.jar"), "A"));
    var b = JobJar.hash(jar(directory.resolve("b.jar"), "B"));
    assertThat(JobJar.hash(List.of(a, b)))
        .isNotEqualTo(JobJar.hash(List.of(b, a)))
        .hasSize(64);
  }

  @Test
  void whatIsNoJarIsRefusedByItsName() throws Exception {
    var text = Files.writeString(directory.resolve("app.jar"), "not a jar");
    var empty = Files.createFile(directory.resolve("empty.jar"));
    var cut = directory.resolve("cut.jar");
    var whole = Files.readAllBytes(jar(directory.resolve("whole.jar"), "A"));
    Files.write(cut, java.util.Arrays.copyOf(whole, whole.length - 8));
    for (var path : List.of(text, empty, cut, directory.resolve("missing.jar"))) {
      assertThatThrownBy(() -> JobJar.require(List.of(path)))
          .isInstanceOf(SettingsException.class)
          .hasMessageContaining(path.toString());
    }
    var nothing = Files.createDirectory(directory.resolve("nothing"));
    assertThatThrownBy(() -> JobJar.of(List.of(nothing), scratch()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(nothing + ": the directory is empty");
  }
}
