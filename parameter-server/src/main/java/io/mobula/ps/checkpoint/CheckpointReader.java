package io.mobula.ps.checkpoint;

import io.mobula.ps.error.CheckpointException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * One checkpoint, to be read: what its manifest says, and the bytes of every part. Opens files as
 * it needs them and keeps none open. Blocks; safe for use by many threads.
 *
 * <p>Mapping does not look at checksums, which are of whole files: {@link #verify} once, before
 * anybody reads.
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
   * Reads the manifest.
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

  /** What it has. */
  public CheckpointManifest manifest() {
    return manifest;
  }

  /**
   * Refuses to be of another shape; neither the number of items nor that of shards is part of it.
   *
   * @param shape compared as a whole
   * @return this
   * @throws CheckpointException when a table of that shape cannot have these items
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
   * Refuses to have more items or fewer.
   *
   * @return this
   * @throws CheckpointException when a table of that size cannot have these items
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
   * Reads every byte of every part.
   *
   * @throws CheckpointException at the first that is missing, cut off or altered
   */
  public void verify() {
    manifest.parts().forEach(part -> PartFile.of(directory, part).verify());
  }

  /**
   * As {@link #verify()}, of one part.
   *
   * @param part one of the manifest's
   */
  public void verify(CheckpointPart part) {
    PartFile.of(directory, part).verify();
  }

  /**
   * All bytes of a part as memory that cannot be written, read from the disk when touched. Where
   * somebody shortens the file meanwhile, or another machine removes it, touching it fails with an
   * {@link InternalError}.
   *
   * @param part one of the manifest's
   * @param arena how long the memory lives, and which threads may read it
   * @throws CheckpointException when the file is missing or of another length
   */
  public MemorySegment map(CheckpointPart part, Arena arena) {
    if (!manifest.parts().contains(part)) {
      throw new IllegalArgumentException(
          "Wanted a part of " + directory + ", got " + part + ". Take it from the manifest.");
    }
    return PartFile.of(directory, part).map(arena);
  }

  /** Looks whether every part is there and how long it is; reads none. */
  void requireParts() {
    requireParts(directory, manifest);
  }

  /** The same where the manifest is not written yet. */
  static void requireParts(Path directory, CheckpointManifest manifest) {
    manifest.parts().forEach(part -> PartFile.of(directory, part).requireLength());
  }
}
