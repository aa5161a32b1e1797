package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.error.StoreException;
import io.mobula.internal.memory.FileHeader.Kind;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedFileTest {
  private static final FileHeader HEADER =
      new FileHeader(Kind.SEGMENT, new FileHeader.StoreId(1, 2), 0, 8_192);

  @TempDir
  Path directory;

  @Test
  void isMadeOfRealPagesAndOpensAgain() {
    Path path = directory.resolve("segment-0");
    MemorySegment mapped = SharedFile.create(path, HEADER).append(8_192);
    mapped.set(ValueLayout.JAVA_BYTE, 8_191, (byte) 9);
    SharedFile opened = SharedFile.open(path);
    assertThat(opened.header()).isEqualTo(HEADER);
    assertThat(opened.mapReadOnly(8_190, 2).get(ValueLayout.JAVA_BYTE, 1)).isEqualTo((byte) 9);
    assertThatThrownBy(() -> opened.mapReadOnly(8_191, 2)).isInstanceOf(StoreException.class);
  }

  @Test
  void isNotMappedWhenItIsShorterThanItsHeaderSays() throws Exception {
    Path path = directory.resolve("segment-0");
    SharedFile.create(path, HEADER).append(8_192);
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      file.setLength(FileHeader.DATA_OFFSET + 8_191);
    }
    assertThatThrownBy(() -> SharedFile.open(path))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("segment-0 is truncated");
  }

  @Test
  void refusesWhatIsNoFileOfAStore() throws Exception {
    Path path = Files.write(directory.resolve("foreign"), new byte[10_000]);
    assertThatThrownBy(() -> SharedFile.open(path)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> SharedFile.open(directory.resolve("missing")))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("missing");
    assertThatThrownBy(() -> SharedFile.open(directory)).isInstanceOf(StoreException.class);
  }

  @Test
  void doesNotFollowOrOverwriteWhatIsThere() throws Exception {
    Path target = Files.write(directory.resolve("precious"), new byte[] {1});
    Path link = Files.createSymbolicLink(directory.resolve("segment-0"), target);
    assertThatThrownBy(() -> SharedFile.open(link)).isInstanceOf(StoreException.class);
    assertThatThrownBy(() -> SharedFile.create(link, HEADER)).isInstanceOf(StoreException.class);
    assertThat(Files.readAllBytes(target)).containsExactly(1);
    assertThat(link).isSymbolicLink();
  }

  @Test
  void aDiscardedFileIsGoneAndItsMappingReadsZeros() {
    Path path = directory.resolve("segment-0");
    SharedFile file = SharedFile.create(path, HEADER);
    MemorySegment mapped = file.append(8_192).fill((byte) 7);
    file.discard();
    assertThat(path).doesNotExist();
    assertThat(mapped.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
  }
}
