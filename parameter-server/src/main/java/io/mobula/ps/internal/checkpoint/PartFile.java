package io.mobula.ps.internal.checkpoint;

import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * File of a part on disk, which may differ from what its manifest says. Keeps nothing open. Blocks;
 * safe for use by many threads.
 */
final class PartFile {
  private final Path file;
  private final CheckpointPart part;

  private PartFile(Path file, CheckpointPart part) {
    this.file = file;
    this.part = part;
  }

  static PartFile of(Path directory, CheckpointPart part) {
    return new PartFile(directory.resolve(part.file()), part);
  }

  /** Checks that the file is there with its length, at the cost of opening it. */
  void requireLength() {
    read(FileChannel::size);
  }

  /** Reads every byte and compares the checksum. */
  void verify() {
    int there = read(channel -> ChecksummedIo.checksum(channel, part.bytes()));
    if (there != part.crc32c()) {
      throw refused("was altered: its checksum is another", null);
    }
  }

  /** Maps the whole file as memory. */
  MemorySegment map(Arena arena) {
    return read(channel -> channel.map(MapMode.READ_ONLY, 0, part.bytes(), arena));
  }

  /** Operation on an open file. */
  private interface ChannelReader<T> {
    T read(FileChannel channel) throws IOException;
  }

  private <T> T read(ChannelReader<T> reader) {
    var options = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    try (var channel = FileChannel.open(file, options)) {
      requireLength(channel.size());
      return reader.read(channel);
    } catch (NoSuchFileException e) {
      throw refused("is missing", e);
    } catch (IOException e) {
      throw refused("cannot be read: " + e, e);
    }
  }

  private void requireLength(long there) {
    if (there != part.bytes()) {
      String how = there < part.bytes() ? "is cut off" : "was altered";
      throw refused(how + ": wanted " + part.bytes() + " bytes, there are " + there, null);
    }
  }

  private CheckpointException refused(String why, @Nullable Throwable cause) {
    return new CheckpointException(
        "The part " + file + " " + why + ". Use another checkpoint.", cause);
  }
}
