package io.mobula.ps.internal.checkpoint;

import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * Reader of one checkpoint: its manifest and the bytes of its parts. Opens files as needed and
 * keeps none open. Blocks; safe for use by many threads.
 *
 * <p>Mapping does not check checksums, which are over whole files: call {@link #verify} once before
 * reading.
 */
public final class CheckpointReader {
  private static final int LARGEST_MANIFEST = 64 << 20;

  private final Path directory;
  private final CheckpointManifest manifest;

  private CheckpointReader(Path directory, CheckpointManifest manifest) {
    this.directory = directory;
    this.manifest = manifest;
  }

  /**
   * Opens a checkpoint and reads its manifest.
   *
   * @throws CheckpointException when it is missing, cut off, altered or of another version
   */
  public static CheckpointReader open(Path directory) {
    var file = directory.resolve(TableCheckpoints.MANIFEST);
    try {
      return new CheckpointReader(directory, ManifestCodec.read(bytes(file), file));
    } catch (NoSuchFileException e) {
      throw new CheckpointException(
          "The manifest " + file + " is missing: there is no such checkpoint, or it was never"
              + " completed. Use another one.",
          e);
    } catch (IOException e) {
      throw new CheckpointException("The manifest " + file + " cannot be read: " + e, e);
    }
  }

  private static byte[] bytes(Path file) throws IOException {
    try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      return in.readNBytes(LARGEST_MANIFEST);
    }
  }

  /** Returns the manifest of the checkpoint. */
  public CheckpointManifest manifest() {
    return manifest;
  }

  /**
   * Checks the shape of the table, which includes neither the number of items nor that of shards.
   *
   * @param shape compared as a whole
   * @return this reader
   * @throws CheckpointException when the shape differs
   */
  public CheckpointReader require(String shape) {
    if (!manifest.shape().equals(shape)) {
      throw new CheckpointException(
          "The checkpoint " + directory + " is of another shape: wanted \"" + shape
              + "\", there was \"" + manifest.shape() + "\" (" + manifest.optimizer()
              + "). Restore it into a table like the one it is of.",
          null);
    }
    return this;
  }

  /**
   * Checks the number of items.
   *
   * @return this reader
   * @throws CheckpointException when the number differs
   */
  public CheckpointReader requireSize(long size) {
    if (manifest.size() != size) {
      throw new CheckpointException(
          "The checkpoint " + directory + " is of another size: wanted " + size + ", there was "
              + manifest.size() + " (" + manifest.shape() + "). Restore it into a table of size "
              + manifest.size() + ".",
          null);
    }
    return this;
  }

  /**
   * Reads every byte of every part and compares the checksums.
   *
   * @throws CheckpointException at the first part that is missing, cut off or altered
   */
  public void verify() {
    manifest.parts().forEach(part -> PartFile.of(directory, part).verify());
  }

  /**
   * Reads every byte of one part and compares its checksum.
   *
   * @param part one of the manifest's parts
   */
  public void verify(CheckpointPart part) {
    PartFile.of(directory, part).verify();
  }

  /**
   * Maps a part as read-only memory, which is read from disk when touched. If the file is truncated
   * meanwhile, or removed by another machine, touching the memory fails with an
   * {@link InternalError}.
   *
   * @param part one of the manifest's parts
   * @param arena determines how long the memory lives and which threads may read it
   * @throws CheckpointException when the file is missing or has another length
   */
  public MemorySegment map(CheckpointPart part, Arena arena) {
    if (!manifest.parts().contains(part)) {
      throw new IllegalArgumentException(
          "Wanted a part of " + directory + ", got " + part + ". Take it from the manifest.");
    }
    return PartFile.of(directory, part).map(arena);
  }

  /** Checks that every part is there with its length; reads no contents. */
  void requireParts() {
    requireParts(directory, manifest);
  }

  /** Checks the parts of a manifest that is not written yet. */
  static void requireParts(Path directory, CheckpointManifest manifest) {
    manifest.parts().forEach(part -> PartFile.of(directory, part).requireLength());
  }
}
