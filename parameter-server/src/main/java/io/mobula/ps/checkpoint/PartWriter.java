package io.mobula.ps.checkpoint;

import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * What writes the bytes of one shard into one file: create it, {@link #write} as often as it takes,
 * {@link #finish}, close. A file that was not finished is removed. Blocks; for one thread, which is
 * that of the shard or one that the shard waits for.
 */
public final class PartWriter implements AutoCloseable {
  private final Path file;
  private final CheckpointPart promised;
  private final FileChannel channel;
  private final CRC32C crc = new CRC32C();
  private long written;
  private boolean ended;

  private PartWriter(Path file, CheckpointPart promised, FileChannel channel) {
    this.file = file;
    this.promised = promised;
    this.channel = channel;
  }

  /**
   * Makes the file, empty.
   *
   * @param directory what {@link TableCheckpoints#begin} has made
   * @param shard names the file
   * @param from the first item of the shard
   * @param to one past the last; the same as the first where there is none
   * @param bytes how long the file will be
   * @throws CheckpointException when there is no room, no such directory, or such a file already
   */
  public static PartWriter create(Path directory, int shard, long from, long to, long bytes) {
    var promised = new CheckpointPart(CheckpointPart.fileOf(shard), from, to, bytes, 0);
    var file = directory.resolve(promised.file());
    return new PartWriter(file, promised, open(file, bytes));
  }

  private static FileChannel open(Path file, long bytes) {
    try {
      return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw new CheckpointException(
          "Cannot write " + file + ": it is there already, as when a shard is asked twice."
              + " Abandon this checkpoint and begin another.",
          e);
    } catch (IOException e) {
      throw WriteFailure.of(file, bytes, e);
    }
  }

  /**
   * Appends bytes. Memory outside the heap is not copied.
   *
   * @throws CheckpointException when there is no room; the file is gone then
   */
  public void write(MemorySegment memory) {
    requireOpen();
    long left = promised.bytes() - written;
    if (memory.byteSize() > left) {
      throw new IllegalArgumentException("Wanted " + left + " bytes more at most, got "
          + memory.byteSize() + ": " + file + " is to have " + promised.bytes() + ".");
    }
    try {
      ChecksummedIo.write(memory, channel, crc);
    } catch (IOException e) {
      throw failed(e);
    }
    written += memory.byteSize();
  }

  /**
   * Waits until all of it is on the disk.
   *
   * @return what the owner is to know
   * @throws CheckpointException when the disk refuses; the file is gone then
   */
  public CheckpointPart finish() {
    requireOpen();
    if (written != promised.bytes()) {
      throw new IllegalStateException(
          file + " has " + written + " of " + promised.bytes() + " bytes. Write the others first.");
    }
    try {
      channel.force(true);
      channel.close();
    } catch (IOException e) {
      throw failed(e);
    }
    ended = true;
    return promised.withChecksum((int) crc.getValue());
  }

  private void requireOpen() {
    if (ended) {
      throw new IllegalStateException(
          file + " was finished or closed already. Begin another checkpoint.");
    }
  }

  private CheckpointException failed(IOException cause) {
    try {
      close();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
    return WriteFailure.of(file, promised.bytes(), cause);
  }

  /** Removes the file unless it is finished. Idempotent. */
  @Override
  public void close() {
    if (ended) {
      return;
    }
    ended = true;
    try (channel) {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new CheckpointException("Cannot remove " + file + ": " + e + ". Do it by hand.", e);
    }
  }
}
