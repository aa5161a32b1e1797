package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests of the files' exact bytes, so that no release changes them by accident. */
class CheckpointFormatTest {
  @TempDir
  Path directory;

  @Test
  void ofPartsIsWhatWasWrittenAndNothingElse() throws IOException {
    CheckpointPart part;
    try (var writer = PartWriter.create(directory, 12, 5, 7, 10)) {
      writer.write(MemorySegment.ofArray(new float[] {1, -0.5f}));
      writer.write(MemorySegment.ofArray(new byte[] {1, 0}));
      part = writer.finish();
    }
    byte[] bytes = Files.readAllBytes(directory.resolve("part-00012"));
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("0000803f000000bf0100");
    assertThat(part).isEqualTo(new CheckpointPart("part-00012", 5, 7, 10, 0x60d661c8));
  }

  @Test
  void isAsDocumentedForManifests() {
    var parts = List.of(
        new CheckpointPart("part-00000", 0, 2, 72, 0xABC),
        new CheckpointPart("part-00001", 2, 2, 0, 0),
        new CheckpointPart("part-00002", 2, 3, 96, -1));
    var manifest = new CheckpointManifest(
        1, "ä\n", "dense double, 0 state vectors", "Sgd[rate=50%]", 3, 17, parts);
    byte[] bytes = ManifestCodec.write(manifest);
    assertThat(new String(bytes, StandardCharsets.US_ASCII)).isEqualTo("""
        mobula-checkpoint 1
        table=%00e4%000a
        shape=dense double, 0 state vectors
        optimizer=Sgd[rate=50%0025]
        size=3
        updates=17
        parts=3
        part=part-00000 0 2 72 00000abc
        part=part-00001 2 2 0 00000000
        part=part-00002 2 3 96 ffffffff
        crc32c=fcbd7527
        """);
    assertThat(ManifestCodec.read(bytes, "here")).isEqualTo(manifest);
  }

  @Test
  void hasNoManifestOfPartsThatDoNotMeet() {
    var first = new CheckpointPart("part-00000", 0, 2, 64, 0);
    var second = new CheckpointPart("part-00001", 2, 3, 60, 0);
    var none = new CheckpointPart("part-00002", 2, 2, 5, 0);
    assertThat(of(3, first, second).parts()).containsExactly(first, second);
    assertThat(of(3, first, none, second).parts()).containsExactly(first, none, second);
    assertThat(of(2, first, none).size()).isEqualTo(2);
    assertThat(of(0, new CheckpointPart("part-00000", 0, 0, 0, 0)).size()).isZero();
    refused("begins with item 2 where 0", () -> of(3, second));
    refused("begins with item 2 where 0", () -> of(3, second, first));
    refused("begins with item 0 where 2", () -> of(3, first, first));
    refused("begins with item 2 where 3", () -> of(3, first, second, none));
    refused("end with item 2 of 3", () -> of(3, first));
    refused("end with item 3 of 2", () -> of(2, first, second));
    refused("0 parts end with item 0 of 0", () -> of(0));
    refused("of one file", () -> of(3, first, new CheckpointPart("part-00000", 2, 3, 60, 0)));
  }

  private static CheckpointManifest of(long size, CheckpointPart... parts) {
    return new CheckpointManifest(1, "t", "s", "o", size, 0, List.of(parts));
  }

  @Test
  void hasNoManifestOfAnotherVersionOrFewerUpdatesThanNone() {
    var parts = List.of(new CheckpointPart("part-00000", 0, 1, 8, 0));
    refused("has version 2", () -> new CheckpointManifest(2, "t", "s", "o", 1, 0, parts));
    refused("and -1 updates", () -> new CheckpointManifest(1, "t", "s", "o", 1, -1, parts));
  }

  private static void refused(String why, Runnable made) {
    assertThatThrownBy(made::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(why);
  }

  @Test
  void hasNoPartOfAnotherFileName() {
    for (var name : List.of("", "part-1", "manifest", "../part-00001", "part-00001/..", "/etc/x")) {
      refused("No file name", () -> new CheckpointPart(name, 0, 1, 60, 0));
    }
  }

  @Test
  void hasNoPartThatEndsBeforeItBegins() {
    refused("cannot have items 2 to 1", () -> new CheckpointPart("part-00000", 2, 1, 60, 0));
    refused("cannot have items -1 to 1", () -> new CheckpointPart("part-00000", -1, 1, 60, 0));
    refused("in -1 bytes", () -> new CheckpointPart("part-00000", 0, 1, -1, 0));
  }

  @Test
  void hasPartsThatTravel() throws IOException, ClassNotFoundException {
    var part = new CheckpointPart("part-00007", 5, 7, 104, 0xCAFE);
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(part);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(part);
    }
  }
}
