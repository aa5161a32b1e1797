package io.mobula.ps.internal.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ps.error.CheckpointException;
import io.mobula.testkit.fault.ByteFuzzer;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Tests of altered manifests, with and without a matching checksum. */
@Tag("fuzz")
class CheckpointManifestFuzzTest {
  private static final CheckpointManifest MANIFEST = new CheckpointManifest(
      CheckpointManifest.VERSION,
      "a table = \\ ü",
      "dense float, 2 state vectors",
      "adam 0.001",
      20,
      7,
      List.of(
          new CheckpointPart("part-00000", 0, 10, 80, 3),
          new CheckpointPart("part-00001", 10, 20, 80, -1)));

  @Test
  void whatIsReadIsWhatWouldBeWritten() throws Exception {
    var whole = ManifestCodec.write(MANIFEST);
    assertThat(ManifestCodec.read(whole, "here")).isEqualTo(MANIFEST);
    ByteFuzzer.fuzz(
        "manifests of tables", List.of(whole), CheckpointManifestFuzzTest::readOrRefused);
    var lines = new String(whole, ISO_8859_1);
    var unsealed = lines.substring(0, lines.lastIndexOf("crc32c=")).getBytes(ISO_8859_1);
    ByteFuzzer.fuzz(
        "manifests of tables, sealed",
        List.of(unsealed),
        altered -> readOrRefused(ManifestCodec.sealed(new String(altered, ISO_8859_1))));
  }

  private static void readOrRefused(byte[] bytes) {
    try {
      assertThat(ManifestCodec.write(ManifestCodec.read(bytes, "here"))).isEqualTo(bytes);
    } catch (CheckpointException refused) {
      assertThat(refused).hasMessageContaining("here");
    }
  }
}
