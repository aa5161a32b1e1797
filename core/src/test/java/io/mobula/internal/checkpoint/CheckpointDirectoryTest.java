package io.mobula.internal.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who is seen to use a directory of checkpoints, and what counts as left over there. */
@Timeout(60)
class CheckpointDirectoryTest {
  private static final NodeId SELF = new NodeId(0x5e1f);
  private static final NodeId OTHER = new NodeId(0x07e4);

  @TempDir
  private Path temporary;

  private CheckpointDirectory directory() {
    return directory(temporary.resolve("states"));
  }

  private static CheckpointDirectory directory(Path at) {
    return new CheckpointDirectory(at, "a-cluster", Codec.create(CodecOptions.defaults()));
  }

  private static Path actor(CheckpointDirectory of, String name) throws IOException {
    return Files.createDirectories(Path.of(of.toString()).resolve("actor-" + name));
  }

  @Test
  void onlyWhatWasThereBeforeAProcessJoinedIsLeftOver() throws IOException {
    var directory = directory();
    var before = actor(directory, "before");
    directory.enter(SELF);
    assertThat(directory.isMarked()).isTrue();
    var meanwhile = actor(directory, "placed-here-while-it-joins");
    assertThat(directory.leftovers()).contains(before).doesNotContain(meanwhile);
    directory.leave();
  }

  @Test
  void nothingIsLeftOverWhileAnotherProcessIsMarked() throws IOException {
    var directory = directory();
    actor(directory, "before");
    var other = directory();
    directory.enter(SELF);
    other.enter(OTHER);
    assertThat(directory.leftovers()).isEmpty();
    other.leave();
    directory.leave();
  }

  @Test
  void aProcessThatCouldNotBeMarkedIsMarkedLater() throws IOException {
    var inTheWay = Files.createFile(temporary.resolve("states"));
    var directory = directory();
    directory.enter(SELF);
    assertThat(directory.isMarked()).isFalse();
    directory.renew();
    assertThat(directory.isMarked()).isFalse();
    Files.delete(inTheWay);
    directory.renew();
    assertThat(directory.isMarked()).isTrue();
    var other = directory();
    actor(directory, "its");
    other.enter(OTHER);
    assertThat(other.leftovers()).isEmpty();
    other.leave();
    directory.leave();
    directory.renew(); // too late: it has ended
    assertThat(directory.isMarked()).isFalse();
    try (var files = Files.list(Path.of(directory.toString()))) {
      assertThat(files.map(file -> file.getFileName().toString())).containsExactly("actor-its");
    }
  }

  @Test
  void aMarkThatCannotBeMadeLeavesNoFile() throws IOException {
    var file = temporary.resolve("process-" + Long.toHexString(SELF.incarnation()));
    try (var channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var lock = channel.lock()) {
      assertThat(lock.isValid()).isTrue();
      assertThatThrownBy(() -> ProcessMark.make(temporary, SELF))
          .isInstanceOf(OverlappingFileLockException.class);
    }
    assertThat(file).doesNotExist();
  }

  @Test
  void aLookByAnotherPathDoesNotGiveTheLockUp() throws IOException {
    var states = Files.createDirectories(temporary.resolve("states"));
    var link = Files.createSymbolicLink(temporary.resolve("link"), states);
    var directory = directory(states);
    var same = directory(link);
    directory.enter(SELF);
    assertThat(locks(directory)).isOne();
    same.enter(OTHER);
    assertThat(same.leftovers()).isEmpty();
    assertThat(locks(directory)).isOne();
    same.leave();
    directory.leave();
  }

  /** How many locks the operating system has for the mark. */
  private static long locks(CheckpointDirectory of) throws IOException {
    var mark = Path.of(of.toString()).resolve("process-" + Long.toHexString(SELF.incarnation()));
    var inode = Files.getAttribute(mark, "unix:ino");
    var pid = ProcessHandle.current().pid();
    try (var all = Files.lines(Path.of("/proc/locks"))) {
      return all.filter(line -> line.contains(" " + pid + " ") && line.contains(":" + inode + " "))
          .count();
    }
  }
}
