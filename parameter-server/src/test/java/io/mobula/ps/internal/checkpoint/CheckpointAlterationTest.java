package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that any alteration of a checkpoint's files is detected. */
class CheckpointAlterationTest {
  private static final int SHARDS = 3;

  @TempDir
  Path root;

  private SampleTable table;
  private Path checkpoint;

  @BeforeEach
  void write() {
    table = SampleTable.of("t", 24, new Random(5));
    checkpoint = table.write(TableCheckpoints.of(root, "t"), 1, SHARDS);
  }

  private void check() {
    CheckpointReader.open(checkpoint).verify();
  }

  private static void refused(String what, Path file, ThrowingCallable check) {
    assertThatThrownBy(check)
        .as(what)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"part-00000", "part-00002", "manifest"})
  void isNoticedInEveryByte(String name) throws IOException {
    var file = checkpoint.resolve(name);
    byte[] whole = Files.readAllBytes(file);
    var random = new Random(7);
    for (int at = 0; at < whole.length; at++) {
      for (int bits : new int[] {1, 0x20, 0x80, 0xff, 1 + random.nextInt(255)}) {
        byte[] altered = whole.clone();
        altered[at] ^= (byte) bits;
        Files.write(file, altered);
        refused("byte " + at + " changed by " + bits, file, this::check);
      }
    }
    Files.write(file, whole);
    check();
  }

  @ParameterizedTest
  @ValueSource(strings = {"part-00000", "part-00002", "manifest"})
  void isNoticedInEveryOtherLength(String name) throws IOException {
    var file = checkpoint.resolve(name);
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length <= whole.length + 40; length++) {
      if (length != whole.length) {
        Files.write(file, Arrays.copyOf(whole, length));
        refused(length + " bytes", file, this::check);
      }
    }
    Files.write(file, whole);
    check();
  }

  @Test
  void isNoticedByMappingWhereAPartIsOfAnotherLength() throws IOException {
    var file = checkpoint.resolve("part-00001");
    byte[] whole = Files.readAllBytes(file);
    for (int length = 0; length <= whole.length + 40; length++) {
      if (length != whole.length) {
        Files.write(file, Arrays.copyOf(whole, length));
        refused(length + " bytes", file, this::mapAll);
      }
    }
    Files.write(file, whole);
    mapAll();
  }

  private void mapAll() {
    var reader = CheckpointReader.open(checkpoint);
    reader.manifest().parts().forEach(part -> SampleTable.read(reader, part));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void isNoticedWhereAPartIsMissing(int shard) throws IOException {
    var file = checkpoint.resolve(CheckpointPart.fileOf(shard));
    Files.delete(file);
    assertThatThrownBy(this::check)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file + " is missing");
    refused("mapping", file, this::mapAll);
  }

  @Test
  void isNoticedWhereTheManifestIsMissing() throws IOException {
    Files.delete(checkpoint.resolve("manifest"));
    assertThatThrownBy(this::check)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("manifest is missing");
  }

  @Test
  void isToldApartInManifests() throws IOException {
    var file = checkpoint.resolve("manifest");
    var text = Files.readString(file);
    Files.writeString(file, text.substring(0, text.length() / 2));
    assertThatThrownBy(this::check).hasMessageContaining("is cut off");
    Files.writeString(file, text.replace("size=24", "size=25"));
    assertThatThrownBy(this::check).hasMessageContaining("was altered: its checksum is another");
    Files.write(file, ManifestCodec.sealed("mobula-checkpoint 2\nnew=things\n"));
    assertThatThrownBy(this::check)
        .hasMessageContaining("is of another version: wanted 1, there was 2");
    Files.write(file, ManifestCodec.sealed("hello\n"));
    assertThatThrownBy(this::check).hasMessageContaining("none of a checkpoint");
  }

  @Test
  void isRefusedInManifestsWithARightChecksum() throws IOException {
    var file = checkpoint.resolve("manifest");
    var text = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    var lines = text.substring(0, text.indexOf("crc32c="));
    String[][] changes = {
      {"size=24", "size=25"},
      {"size=24", "size=024"},
      {"size=24", "size=-24"},
      {"size=24", "size= 24"},
      {"size=24", "size=99999999999999999999"},
      {"shape=dense float", "shape=dense%0020float"},
      {"shape=dense float", "shape=dense\u00e4float"},
      {"shape=dense float", "form=dense float"},
      {"table=t", "table=%74"},
      {"table=t", "table=%0074"},
      {"parts=3", "parts=2"},
      {"parts=3", "parts=4"},
      {"part=part-00001", "part=part-00000"},
      {"part=part-00001", "part=../part-00001"},
      {"part=part-00001", "part=/etc/passwd"},
      {"part=part-00001 2 10 33 ", "part=part-00001 2 9 33 "},
      {"part=part-00001 2 10 33 ", "part=part-00001 1 10 33 "},
      {"part=part-00001 2 10 33 ", "part=part-00001 10 2 33 "},
      {"part=part-00001 2 10 33 ", "part=part-00001 2 10 -1 "},
      {"part=part-00001 2 10 33 ", "part=part-00001 2 10 33 0"},
      {"part=part-00001 2 10 33 ", "part=part-00001 2 10 "},
      {"part=part-00001 2 10 33 ", "part=part-00001  2 10 33 "},
      {"updates=1000\n", "updates=-1\n"},
      {"updates=1000\n", ""},
      {"updates=1000\n", "updates=1000\n\n"},
      {"updates=1000\n", "updates=1000\r\n"},
    };
    for (var change : changes) {
      assertThat(lines).contains(change[0]);
      Files.write(file, ManifestCodec.sealed(lines.replace(change[0], change[1])));
      refused(Arrays.toString(change), file, this::check);
    }
    Files.write(file, ManifestCodec.sealed(lines));
    check();
  }

  @Test
  void isNoticedWhereTheManifestPromisesOtherBytes() throws IOException {
    var file = checkpoint.resolve("manifest");
    var text = Files.readString(file);
    var lines = text.substring(0, text.indexOf("crc32c="));
    var part = lines.lines().filter(line -> line.startsWith("part=part-00001")).findFirst();
    String fields = part.orElseThrow();
    String checksum = fields.substring(fields.length() - 8);
    var other = HexFormat.of().toHexDigits(HexFormat.fromHexDigits(checksum) ^ 0x100);
    for (var change : List.of(fields.replace(" 33 ", " 34 "), fields.replace(checksum, other))) {
      Files.write(file, ManifestCodec.sealed(lines.replace(fields, change)));
      refused(change, checkpoint.resolve("part-00001"), this::check);
    }
  }

  @Test
  void isNoticedWherePartsOfTwoCheckpointsMeet() throws IOException {
    var other =
        SampleTable.of("t", 24, new Random(6)).write(TableCheckpoints.of(root, "t"), 2, SHARDS);
    var file = checkpoint.resolve("part-00001");
    Files.copy(other.resolve("part-00001"), file, StandardCopyOption.REPLACE_EXISTING);
    refused("of another", file, this::check);
  }

  @Test
  void isNoticedWhereTwoPartsAreExchanged() throws IOException {
    var draft = TableCheckpoints.of(root, "u").begin(1);
    var parts = List.of(table.part(draft, 0, 0, 13), table.part(draft, 8, 13, 24));
    assertThat(parts.getFirst().bytes()).isEqualTo(parts.getLast().bytes());
    checkpoint = TableCheckpoints.of(root, "u").commit(draft, table.called("u").manifest(parts));
    check();
    var first = checkpoint.resolve("part-00000");
    var second = checkpoint.resolve("part-00008");
    Files.move(first, checkpoint.resolve("third"));
    Files.move(second, first);
    Files.move(checkpoint.resolve("third"), second);
    refused("exchanged", first, this::check);
  }

  @Test
  void isNoticedWhereAPartIsALink() throws IOException {
    var file = checkpoint.resolve("part-00001");
    var elsewhere = root.resolve("elsewhere");
    Files.move(file, elsewhere);
    Files.createSymbolicLink(file, elsewhere);
    refused("a link", file, this::check);
    refused("a link", file, this::mapAll);
  }
}
