package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.internal.checkpoint.DurableFiles;
import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TableCheckpointsTest {
  @TempDir
  Path root;

  private final SampleTable table = SampleTable.of("t", 20, new Random(1));

  private TableCheckpoints checkpoints() {
    return TableCheckpoints.of(root.resolve("a/b"), "t");
  }

  @Test
  void areNoneWhereNothingWasWritten() {
    assertThat(checkpoints().latest()).isEmpty();
    assertThat(checkpoints().all()).isEmpty();
    assertThat(checkpoints().nextNumber()).isEqualTo(1);
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void areFoundByTheirNumbersNotByTheirTimes() {
    var second = table.write(checkpoints(), 1_000_000_000_000L, 1);
    var first = table.write(checkpoints(), 999_999_999_999L, 2);
    var third = table.write(checkpoints(), Long.MAX_VALUE - 1, 2);
    assertThat(checkpoints().all()).containsExactly(third, second, first);
    assertThat(checkpoints().latest()).contains(third);
    assertThat(checkpoints().nextNumber()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void arePrunedButForTheNewest() throws IOException {
    for (int number = 1; number <= 4; number++) {
      table.write(checkpoints(), number, 2);
    }
    var draft = checkpoints().begin(9);
    var newest = checkpoints().all().subList(0, 2);
    checkpoints().prune(2);
    assertThat(checkpoints().all()).isEqualTo(newest);
    assertThat(DurableFiles.entries(root.resolve("a/b")))
        .containsExactlyInAnyOrder(newest.get(0), newest.get(1), draft);
    CheckpointReader.open(newest.get(1)).verify();
    checkpoints().prune(2);
    assertThat(checkpoints().all()).isEqualTo(newest);
    assertThatThrownBy(() -> checkpoints().prune(0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(checkpoints().all()).isEqualTo(newest);
  }

  @Test
  void doNotCountADamagedOneAmongThoseKept() throws IOException {
    var good = table.write(checkpoints(), 1, 2);
    var damaged = table.write(checkpoints(), 2, 2);
    Files.delete(damaged.resolve("manifest"));
    checkpoints().prune(1);
    assertThat(checkpoints().latest()).contains(good);
    assertThat(checkpoints().nextNumber()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void passOverOneWithoutAllItsParts(int shard) throws IOException {
    var good = table.write(checkpoints(), 1, 2);
    var damaged = table.write(checkpoints(), 2, 3);
    var file = damaged.resolve(CheckpointPart.fileOf(shard));
    byte[] whole = Files.readAllBytes(file);
    int right = whole.length;
    for (int length : new int[] {0, 1, right - 1, right, right + 1, 2 * right}) {
      Files.write(file, Arrays.copyOf(whole, length));
      assertThat(checkpoints().latest())
          .as("%d bytes", length)
          .contains(length == right ? damaged : good);
    }
    Files.delete(file);
    assertThat(checkpoints().latest()).contains(good);
    assertThat(checkpoints().all()).containsExactly(good);
    Files.createSymbolicLink(file, Files.write(root.resolve("elsewhere"), whole));
    assertThat(checkpoints().latest()).contains(good);
  }

  @Test
  void leaveChecksumsToTheReader() throws IOException {
    table.write(checkpoints(), 1, 2);
    var altered = table.write(checkpoints(), 2, 2);
    var file = altered.resolve("part-00001");
    byte[] bytes = Files.readAllBytes(file);
    bytes[3] ^= 1;
    Files.write(file, bytes);
    assertThat(checkpoints().latest()).contains(altered);
    assertThatThrownBy(CheckpointReader.open(altered)::verify)
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file + " was altered");
  }

  @Test
  void refuseANumberThatIsTaken() {
    var there = table.write(checkpoints(), 7, 2);
    assertThatThrownBy(() -> checkpoints().begin(7))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(there + ": it is there already");
    assertThatThrownBy(() -> checkpoints().begin(-1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void doNotReplaceOneThatWasFaster() {
    var draft = checkpoints().begin(7);
    var slower = table.manifest(table.parts(draft, 1));
    var faster = table.write(checkpoints(), 7, 3);
    assertThatThrownBy(() -> checkpoints().commit(draft, slower))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining("there already");
    assertThat(CheckpointReader.open(faster).manifest().parts()).hasSize(3);
  }

  @Test
  void refuseToCommitPartsThatAreNotThere() throws IOException {
    var draft = checkpoints().begin(1);
    var manifest = table.manifest(table.parts(draft, 2));
    var file = draft.resolve("part-00001");
    Files.write(file, new byte[60]);
    assertThatThrownBy(() -> checkpoints().commit(draft, manifest))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file + " is cut off");
    Files.delete(file);
    assertThatThrownBy(() -> checkpoints().commit(draft, manifest))
        .isInstanceOf(CheckpointException.class)
        .hasMessageContaining(file + " is missing");
    assertThat(checkpoints().latest()).isEmpty();
  }

  @Test
  void refuseToCommitAManifestOfAnotherTable() {
    var draft = checkpoints().begin(1);
    var other = table.called("u");
    var manifest = other.manifest(other.parts(draft, 2));
    assertThatThrownBy(() -> checkpoints().commit(draft, manifest))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(checkpoints().latest()).isEmpty();
  }

  @Test
  void abandonADraftHoweverOften() {
    var draft = checkpoints().begin(1);
    table.parts(draft, 2);
    checkpoints().abandon(draft);
    assertThat(draft).doesNotExist();
    checkpoints().abandon(draft);
    assertThat(root.resolve("a/b")).isEmptyDirectory();
  }

  @Test
  void touchNothingButTheirOwnDrafts() throws IOException {
    var committed = table.write(checkpoints(), 1, 2);
    var draft = checkpoints().begin(2);
    var name = draft.getFileName();
    var others = TableCheckpoints.of(root.resolve("a/b"), "u").begin(1);
    var elsewhere = Files.createDirectories(root.resolve("c").resolve(name));
    var link = root.resolve("a/b").resolve(name.toString().replaceFirst(".{8}$", "00000000"));
    Files.createSymbolicLink(link, elsewhere);
    Files.writeString(elsewhere.resolve("precious"), "x");
    for (var path : new Path[] {
      committed,
      others,
      elsewhere,
      link,
      root,
      root.resolve("a/b/../b").resolve(name),
      Path.of("/"),
    }) {
      assertThatThrownBy(() -> checkpoints().abandon(path))
          .as("%s", path)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("no draft of table t");
    }
    assertThat(elsewhere.resolve("precious")).exists();
    assertThat(draft).exists();
    CheckpointReader.open(committed).verify();
  }

  @Test
  void areNotThoseOfAnotherTableUnderThatName() throws IOException {
    var mine = table.write(checkpoints(), 1, 1);
    var other = table.called("u");
    var theirs = other.write(TableCheckpoints.of(root.resolve("a/b"), "u"), 2, 1);
    Files.move(theirs, theirs.resolveSibling("t-000000000002"));
    assertThat(checkpoints().all()).containsExactly(mine);
  }

  @Test
  void areNotFoundBehindLinks() throws IOException {
    var real = table.write(TableCheckpoints.of(root.resolve("elsewhere"), "t"), 5, 1);
    Files.createDirectories(root.resolve("a/b"));
    Files.createSymbolicLink(root.resolve("a/b").resolve(real.getFileName()), real);
    assertThat(checkpoints().latest()).isEmpty();
  }
}
