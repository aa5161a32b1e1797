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

/**
 * Tests of the registration of processes in a checkpoint directory, and of the detection of stale
 * files.
 */
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
    directory.register(SELF);
    assertThat(directory.isRegistered()).isTrue();
    var meanwhile = actor(directory, "placed-here-while-it-joins");
    assertThat(directory.takeLeftovers()).contains(before).doesNotContain(meanwhile);
    directory.unregister();
  }

  @Test
  void nothingIsLeftOverWhileAnotherProcessIsMarked() throws IOException {
    var directory = directory();
    actor(directory, "before");
    var other = directory();
    directory.register(SELF);
    other.register(OTHER);
    assertThat(directory.takeLeftovers()).isEmpty();
    other.unregister();
    directory.unregister();
  }

  @Test
  void aProcessThatCouldNotBeMarkedIsMarkedLater() throws IOException {
    var inTheWay = Files.createFile(temporary.resolve("states"));
    var directory = directory();
    directory.register(SELF);
    assertThat(directory.isRegistered()).isFalse();
    directory.renew();
    assertThat(directory.isRegistered()).isFalse();
    Files.delete(inTheWay);
    directory.renew();
    assertThat(directory.isRegistered()).isTrue();
    var other = directory();
    actor(directory, "its");
    other.register(OTHER);
    assertThat(other.takeLeftovers()).isEmpty();
    other.unregister();
    directory.unregister();
    directory.renew(); // too late: the process has unregistered
    assertThat(directory.isRegistered()).isFalse();
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
      assertThatThrownBy(() -> ProcessLockFile.make(temporary, SELF))
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
    directory.register(SELF);
    assertThat(locks(directory)).isOne();
    same.register(OTHER);
    assertThat(same.takeLeftovers()).isEmpty();
    assertThat(locks(directory)).isOne();
    same.unregister();
    directory.unregister();
  }

  /** Returns how many locks the operating system has for the lock file. */
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
