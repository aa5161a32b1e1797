package io.mobula.ps.internal.checkpoint;

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
 * Writer of one shard's file: create it, {@link #write} any number of times, {@link #finish},
 * close. A file that was not finished is removed. Blocks; for one thread, which is the shard's or
 * one that the shard waits for.
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
   * Creates an empty file.
   *
   * @param directory the result of {@link TableCheckpoints#begin}
   * @param shard index of the shard, which gives the file its name
   * @param from the first item of the shard
   * @param to one past the last item; equal to {@code from} where there is none
   * @param bytes length of the finished file
   * @throws CheckpointException when there is no space, no such directory, or such a file already
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
   * Appends bytes to the file.
   *
   * @throws CheckpointException when there is no space; the file is removed then
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
   * Waits until the whole file is on disk.
   *
   * @return the description of the file for the owner
   * @throws CheckpointException when the disk fails; the file is removed then
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
