package io.mobula.samples.fashion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.samples.training.DataFolders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
  private static final int IMAGES = 0x803;
  private static final int LABELS = 0x801;
  private static final int HEADER = 16;

  @TempDir
  Path folder;

  private Path images;
  private Path labels;

  @BeforeEach
  void name() {
    images = folder.resolve("train-images-idx3-ubyte");
    labels = folder.resolve("train-labels-idx1-ubyte");
  }

  @Test
  void readsImagesAndLabels() throws IOException {
    Files.write(images, threeImages());
    Files.write(labels, threeLabels());
    isRead(FashionSet.read(images, labels));
  }

  @Test
  void readsThemUnzipped() throws IOException {
    Files.write(folder.resolve("train-images-idx3-ubyte.gz"), zipped(threeImages()));
    Files.write(labels, threeLabels());
    isRead(new FashionFiles(folder).train());
  }

  private static void isRead(FashionSet set) {
    assertThat(set.count()).isEqualTo(3);
    assertThat(new int[] {set.label(0), set.label(1), set.label(2)}).containsExactly(9, 0, 4);
    assertThat(set.pixels()).hasSize(3 * FashionSet.PIXELS);
    assertThat(set.pixels()[set.offset(1)]).isEqualTo(1f);
    assertThat(set.pixels()[set.offset(1) + 1]).isEqualTo(51 / 255f);
    assertThat(set.first(2).count()).isEqualTo(2);
    assertThat(set.first(2).pixels()).hasSize(2 * FashionSet.PIXELS);
  }

  @Test
  void refusesWhatIsCutShort() throws IOException {
    Files.write(labels, threeLabels());
    for (int length : new int[] {0, 3, 4, 15, HEADER, HEADER + 3 * FashionSet.PIXELS - 1}) {
      Files.write(images, Arrays.copyOf(threeImages(), length));
      fails("ends too early");
    }
  }

  @Test
  void refusesAnArchiveThatIsCutShortOrAltered() throws IOException {
    Files.write(labels, threeLabels());
    byte[] zipped = zipped(threeImages());
    Files.write(images, Arrays.copyOf(zipped, zipped.length - 9));
    fails("ends too early");
    zipped[zipped.length - 6] ^= 1;
    Files.write(images, zipped);
    fails("is not whole");
  }

  @Test
  void refusesAnotherFormat() throws IOException {
    Files.write(labels, threeLabels());
    Files.write(images, threeLabels());
    fails("begins with 0x00000801, not 0x00000803");
    Files.write(images, header(IMAGES, 3, 28, 32));
    fails("a side of 32, not 28");
  }

  @Test
  void refusesCountsThatDoNotFit() throws IOException {
    Files.write(images, threeImages());
    Files.write(labels, with(header(LABELS, 2), 1, 2));
    fails("has 2 labels for the 3 images");
    Files.write(labels, with(header(LABELS, 2), 1, 2, 3));
    fails("goes on after the 2 bytes");
    Files.write(labels, header(LABELS, Integer.MAX_VALUE));
    fails("announces 2147483647 items");
    Files.write(labels, header(LABELS, -1));
    fails("announces -1 items");
  }

  @Test
  void refusesALabelOfNoClass() throws IOException {
    Files.write(images, threeImages());
    Files.write(labels, with(header(LABELS, 3), 0, 10, 1));
    fails("Label 10 is none");
  }

  @Test
  void saysWhatFetchesTheFilesThatAreMissing() {
    var files = new FashionFiles(folder);
    assertThat(files.missingReason())
        .hasValueSatisfying(reason -> assertThat(reason)
            .contains(folder.toString())
            .contains("apt-get install dataset-fashion-mnist")
            .contains(FashionFiles.VARIABLE));
    assertThatThrownBy(files::test)
        .isInstanceOf(NoSuchFileException.class)
        .hasMessageContaining("apt-get install dataset-fashion-mnist");
  }

  @Test
  void looksWhereTheUserSaysAndElseWhereThePackageIsInstalled() {
    var named = new DataFolders(Map.of(FashionFiles.PROPERTY, "/a")::get, name -> null);
    var nowhere = new DataFolders(name -> null, name -> null);
    assertThat(FashionFiles.chosen(named).folder()).isEqualTo(Path.of("/a"));
    assertThat(FashionFiles.chosen(nowhere).folder()).isAbsolute();
  }

  private void fails(String message) {
    ThrowingCallable reading = () -> FashionSet.read(images, labels);
    assertThatThrownBy(reading)
        .isInstanceOf(IdxException.class)
        .hasMessageContaining(folder.toString())
        .hasMessageContaining(message);
  }

  /**
   * Returns a file of three images; the second begins with the brightest pixel and one of a fifth,
   * all others are dark.
   */
  private static byte[] threeImages() {
    byte[] file = Arrays.copyOf(header(IMAGES, 3, 28, 28), HEADER + 3 * FashionSet.PIXELS);
    file[HEADER + FashionSet.PIXELS] = (byte) 255;
    file[HEADER + FashionSet.PIXELS + 1] = 51;
    return file;
  }

  private static byte[] threeLabels() {
    return with(header(LABELS, 3), 9, 0, 4);
  }

  private static byte[] header(int... numbers) {
    var bytes = ByteBuffer.allocate(4 * numbers.length);
    Arrays.stream(numbers).forEach(bytes::putInt);
    return bytes.array();
  }

  private static byte[] with(byte[] header, int... values) {
    byte[] file = Arrays.copyOf(header, header.length + values.length);
    for (int i = 0; i < values.length; i++) {
      file[header.length + i] = (byte) values[i];
    }
    return file;
  }

  private static byte[] zipped(byte[] bytes) throws IOException {
    var zipped = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(zipped)) {
      out.write(bytes);
    }
    return zipped.toByteArray();
  }
}
