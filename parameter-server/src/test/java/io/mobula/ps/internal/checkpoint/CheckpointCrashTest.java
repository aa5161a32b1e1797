package io.mobula.ps.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests that a checkpoint whose writing stops at any point leaves the previous one the latest. */
class CheckpointCrashTest {
  @TempDir
  Path root;

  private final SampleTable before = SampleTable.of("t", 20, new Random(1));
  private final SampleTable after = SampleTable.of("t", 20, new Random(2));

  /** Checkpoint that is written step by step. */
  private final class PendingCheckpoint {
    private final TableCheckpoints checkpoints;
    private final List<CheckpointPart> parts = new ArrayList<>();
    private Path draft;
    private PartWriter writer;

    PendingCheckpoint(TableCheckpoints checkpoints) {
      this.checkpoints = checkpoints;
    }

    List<Runnable> steps() {
      var steps = new ArrayList<Runnable>();
      steps.add(() -> draft = checkpoints.begin(2));
      for (int shard = 0; shard < 2; shard++) {
        int number = shard;
        steps.add(() -> create(number));
        steps.add(() -> writer.write(bytes(number).asSlice(0, 7)));
        steps.add(() -> writer.write(bytes(number).asSlice(7)));
        steps.add(() -> parts.add(writer.finish()));
      }
      steps.add(() -> checkpoints.seal(draft, after.manifest(parts)));
      return steps;
    }

    private void create(int shard) {
      long bytes = bytes(shard).byteSize();
      writer = PartWriter.create(draft, shard, 10L * shard, 10L * shard + 10, bytes);
    }

    private MemorySegment bytes(int shard) {
      return MemorySegment.ofArray(after.bytes(shard, 10L * shard, 10L * shard + 10));
    }

    void publish() {
      checkpoints.publish(draft);
    }
  }

  private TableCheckpoints in(String directory) {
    return TableCheckpoints.of(root.resolve(directory), "t");
  }

  private static void requireLatest(SampleTable table, Path directory, String after) {
    table.requireIn(TableCheckpoints.of(directory, "t").latest().orElseThrow(), after);
  }

  @Test
  void leavesTheOneBeforeAfterEveryStepButTheLast() {
    int steps = new PendingCheckpoint(in("none")).steps().size();
    assertThat(steps).isEqualTo(10);
    for (int done = 0; done <= steps; done++) {
      var directory = root.resolve("after-" + done);
      before.write(TableCheckpoints.of(directory, "t"), 1, 3);
      var pendingCheckpoint = new PendingCheckpoint(TableCheckpoints.of(directory, "t"));
      pendingCheckpoint.steps().subList(0, done).forEach(Runnable::run);
      requireLatest(before, directory, "after step " + done);
      if (done == steps) {
        pendingCheckpoint.publish();
        requireLatest(after, directory, "after the last step");
      } else {
        after.write(TableCheckpoints.of(directory, "t"), 2, 4);
        requireLatest(after, directory, "after trying again");
      }
    }
  }

  @Test
  void leavesTheOneBeforeAfterEveryByteOfTheManifest() throws IOException {
    before.write(in("bytes"), 1, 3);
    var draft = in("bytes").begin(2);
    byte[] manifest = ManifestCodec.write(after.manifest(after.parts(draft, 2)));
    for (int written = 0; written <= manifest.length; written++) {
      Files.write(draft.resolve("manifest"), Arrays.copyOf(manifest, written));
      requireLatest(before, root.resolve("bytes"), "after byte " + written);
    }
    in("bytes").publish(draft);
    requireLatest(after, root.resolve("bytes"), "after the last step");
  }

  @Test
  void leavesTheOneBeforeWhereRenamedAManifestIsCutOff() throws IOException {
    before.write(in("cut"), 1, 3);
    var checkpoint = after.write(in("cut"), 2, 3);
    byte[] manifest = Files.readAllBytes(checkpoint.resolve("manifest"));
    for (int written = 0; written < manifest.length; written++) {
      Files.write(checkpoint.resolve("manifest"), Arrays.copyOf(manifest, written));
      requireLatest(before, root.resolve("cut"), "with byte " + written);
    }
  }

  @Test
  void leavesTheOneBeforeWhereRenamedAPartIsCutOff() throws IOException {
    before.write(in("lost"), 1, 3);
    var checkpoint = after.write(in("lost"), 2, 3);
    byte[] part = Files.readAllBytes(checkpoint.resolve("part-00001"));
    for (int written = 0; written < part.length; written++) {
      Files.write(checkpoint.resolve("part-00001"), Arrays.copyOf(part, written));
      requireLatest(before, root.resolve("lost"), "with byte " + written);
    }
    Files.delete(checkpoint.resolve("part-00001"));
    requireLatest(before, root.resolve("lost"), "without the part");
  }

  @Test
  void removesAnOldOneAsAWhole() throws IOException {
    var old = before.write(in("old"), 1, 3);
    after.write(in("old"), 2, 2);
    var retired = in("old").retire(old);
    assertThat(in("old").all()).hasSize(1);
    assertThat(retired.resolve("part-00002")).exists();
    Files.delete(retired.resolve("part-00000"));
    requireLatest(after, root.resolve("old"), "while the old one is removed");
  }

  @Test
  void isClearedAwayByTheNextOneAfterAnHour() throws IOException {
    var checkpoints = in("left");
    var old = checkpoints.begin(1);
    before.part(old, 0, 0, 10);
    var slow = checkpoints.begin(2);
    before.part(slow, 0, 0, 10);
    var others = TableCheckpoints.of(root.resolve("left"), "t-000000000001").begin(3);
    var hours = FileTime.from(Instant.now().minus(Duration.ofMinutes(61)));
    for (var path : List.of(old.resolve("part-00000"), old, slow, others)) {
      Files.setLastModifiedTime(path, hours);
    }

    var next = checkpoints.begin(4);

    assertThat(old).doesNotExist();
    assertThat(slow.resolve("part-00000")).exists();
    assertThat(others).exists();
    assertThat(next).isEmptyDirectory();
  }
}
