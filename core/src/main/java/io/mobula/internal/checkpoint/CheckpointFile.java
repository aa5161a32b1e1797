package io.mobula.internal.checkpoint;

import io.mobula.error.ActorCheckpointException;
import io.mobula.error.CodecException;
import io.mobula.error.MobulaException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.EncodedValue;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.memory.MappedChecksum;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * File with one encoded value, and a note in front that can be read without the value. It is
 * written as a whole or not at all, and a file that has been altered or cut is rejected when it is
 * read. The layout is in {@code docs/memory-layout.md}. Blocks.
 */
final class CheckpointFile {
  static final String TEMPORARY = ".tmp";

  private static final long MAGIC = 0x31544B5043424F4DL; // "MOBCPKT1"
  private static final int FORMAT = 1;
  private static final int FIXED_HEADER_BYTES = 20;
  private static final int ALIGNMENT = 64;
  private static final int BLOCK_BYTES = 256 << 10;

  private CheckpointFile() {}

  /** Returns the variable part of the header: the note, and the lengths of the value. */
  private static byte[] front(byte[] note, EncodedValue value) {
    return new FrameWriter()
        .block(note)
        .int32(value.bytes().length)
        .flag(value.decodesToViews())
        .list(value.buffers(), (out, buffer) -> out.int64(buffer.byteSize()))
        .toBytes();
  }

  /**
   * Writes a file; when the method returns, the complete file is on disk under its name.
   *
   * @throws ActorCheckpointException when the file cannot be written, with the free space; an
   *     existing file of that name stays as it was
   */
  static void write(Path file, byte[] note, EncodedValue value) {
    var temporary = file.resolveSibling(file.getFileName() + TEMPORARY);
    try {
      try (var channel = FileChannel.open(
          temporary,
          StandardOpenOption.CREATE,
          StandardOpenOption.TRUNCATE_EXISTING,
          StandardOpenOption.WRITE)) {
        write(channel, front(note, value), value);
        channel.force(true);
      }
      DurableFiles.rename(temporary, file);
    } catch (IOException e) {
      throw notWritten(file, temporary, value.byteSize(), e);
    }
  }

  private static void write(FileChannel channel, byte[] front, EncodedValue value)
      throws IOException {
    var head = ByteBuffer.allocate(FIXED_HEADER_BYTES + front.length + Integer.BYTES)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(MAGIC)
        .putInt(FORMAT)
        .putInt(front.length)
        .putInt(0)
        .put(front);
    head.putInt(checksum(head.array(), head.position()));
    writeAll(channel, head.flip());
    var crc = new MappedChecksum();
    write(channel, MemorySegment.ofArray(value.bytes()), crc);
    for (var buffer : value.buffers()) {
      write(channel, buffer, crc);
    }
    var end = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN).putInt(crc.value());
    writeAll(channel, end.flip());
  }

  /**
   * Appends a segment at the next aligned offset, in blocks that stay in the cache for the
   * checksum.
   */
  private static void write(FileChannel channel, MemorySegment from, MappedChecksum crc)
      throws IOException {
    channel.position(aligned(channel.position()));
    for (long done = 0; done < from.byteSize(); done += BLOCK_BYTES) {
      var part = from.asSlice(done, Math.min(BLOCK_BYTES, from.byteSize() - done));
      var block = part.isNative()
          ? part.asByteBuffer()
          : ByteBuffer.wrap(part.toArray(ValueLayout.JAVA_BYTE));
      crc.update(part);
      writeAll(channel, block);
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer block) throws IOException {
    while (block.hasRemaining()) {
      channel.write(block);
    }
  }

  private static long aligned(long offset) {
    return (offset + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  private static int checksum(byte[] bytes, int length) {
    var crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static ActorCheckpointException notWritten(
      Path file, Path temporary, long wanted, IOException why) {
    String free;
    try {
      Files.deleteIfExists(temporary); // the partial file may be what fills the disk
      free = Long.toString(
          Files.getFileStore(Objects.requireNonNull(file.toAbsolutePath().getParent()))
              .getUsableSpace());
    } catch (IOException unknown) {
      free = "an unknown number of";
    }
    return new ActorCheckpointException(
        "Cannot write " + file + ": wanted " + wanted + " bytes, " + free
            + " bytes are free there, and the system says " + why
            + ". The checkpoint before this one is untouched. Make room, or use another directory.",
        why);
  }

  // ---- reading

  /** Open file whose header has been verified. */
  @SuppressWarnings("ArrayRecordComponent") // private to this class, never compared
  private record OpenedFile(
      MemorySegment bytes, byte[] note, long end, int length, boolean views, long[] buffers) {}

  /**
   * Returns the note of a file without reading the value.
   *
   * @throws ActorCheckpointException when the header is cut, altered, or of another release
   */
  static byte[] note(Path file) {
    try (var arena = Arena.ofConfined()) {
      return open(file, arena).note();
    }
  }

  /**
   * Verified content of a file.
   *
   * @param value the decoded value; memory that it views is mapped from the file while reachable
   */
  @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
  record FileContent(byte[] note, @Nullable Object value) {}

  /**
   * Reads a whole file and verifies it.
   *
   * @throws ActorCheckpointException when the file is cut or altered, is of another release, or
   *     cannot be decoded here
   */
  static FileContent read(Path file, Codec codec) {
    var opened = open(file, Arena.ofAuto());
    var crc = new MappedChecksum();
    var all = opened.bytes();
    long offset = aligned(opened.end());
    var bytes = slice(file, all, offset, opened.length(), crc);
    offset += opened.length();
    var buffers = new ArrayList<MemorySegment>(opened.buffers().length);
    for (long length : opened.buffers()) {
      offset = aligned(offset);
      buffers.add(slice(file, all, offset, length, crc));
      offset += length;
    }
    if (all.byteSize() != offset + Integer.BYTES) {
      throw damaged(file, "is cut off or has grown", null);
    }
    if (all.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), offset)
        != crc.value()) {
      throw damaged(file, "was altered: its checksum is another", null);
    }
    try {
      return new FileContent(opened.note(), codec.decode(bytes, buffers, List.of()));
    } catch (MobulaException e) {
      throw new ActorCheckpointException(
          "Cannot read what is in " + file + ", which is whole: " + e.getMessage(), e);
    }
  }

  private static MemorySegment slice(
      Path file, MemorySegment all, long offset, long length, MappedChecksum crc) {
    if (length < 0 || offset > all.byteSize() || length > all.byteSize() - offset) {
      throw damaged(file, "is cut off", null);
    }
    var slice = all.asSlice(offset, length);
    crc.update(slice);
    return slice;
  }

  private static OpenedFile open(Path file, Arena arena) {
    MemorySegment all;
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      all = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (NoSuchFileException e) {
      throw damaged(file, "is missing", e);
    } catch (IOException e) {
      throw damaged(file, "cannot be read: " + e, e);
    }
    if (all.byteSize() < FIXED_HEADER_BYTES + Integer.BYTES) {
      throw damaged(file, "is cut off", null);
    }
    var fixed = all.asSlice(0, FIXED_HEADER_BYTES).asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    if (fixed.getLong() != MAGIC) {
      throw damaged(file, "is no checkpoint", null);
    }
    int format = fixed.getInt();
    if (format != FORMAT) {
      throw new ActorCheckpointException("The file " + file + " is of format " + format
          + ", and this release of Mobula reads format " + FORMAT
          + ". Use the release that wrote it.");
    }
    int length = fixed.getInt();
    if (length < 0 || length > all.byteSize() - FIXED_HEADER_BYTES - Integer.BYTES) {
      throw damaged(file, "is cut off or was altered", null);
    }
    var head = all.asSlice(0, FIXED_HEADER_BYTES + length).toArray(ValueLayout.JAVA_BYTE);
    int wanted =
        all.get(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), head.length);
    if (wanted != checksum(head, head.length)) {
      throw damaged(file, "was altered: its checksum is another", null);
    }
    return parsed(file, Arrays.copyOfRange(head, FIXED_HEADER_BYTES, head.length), in -> {
      var note = in.block();
      int bytes = in.int32();
      boolean views = in.flag();
      var buffers =
          in.list(FrameReader::int64).stream().mapToLong(Long::longValue).toArray();
      return new OpenedFile(all, note, head.length + (long) Integer.BYTES, bytes, views, buffers);
    });
  }

  /**
   * Parses a part of the file.
   *
   * @throws ActorCheckpointException when the part does not have the expected form
   */
  static <T> T parsed(Path file, byte[] part, Function<FrameReader, T> read) {
    try {
      return read.apply(new FrameReader(part));
    } catch (CodecException e) {
      throw damaged(file, "has another content than its release writes: " + e.getMessage(), e);
    }
  }

  private static ActorCheckpointException damaged(Path file, String how, @Nullable Exception why) {
    return new ActorCheckpointException("The checkpoint " + file + " " + how + ".", why);
  }
}
