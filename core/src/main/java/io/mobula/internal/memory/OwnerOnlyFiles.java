package io.mobula.internal.memory;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Creation of files and directories that only their owner may access: modes 0600 and 0700, from the
 * moment they exist.
 *
 * <p>Creation is exclusive: an existing file of that name is an error. On a file system without
 * such permissions its own defaults apply.
 */
final class OwnerOnlyFiles {
  private static final boolean POSIX =
      FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

  private OwnerOnlyFiles() {}

  static Path createFile(Path path) throws IOException {
    return Files.createFile(path, only("rw-------"));
  }

  static Path createDirectory(Path path) throws IOException {
    return Files.createDirectory(path, only("rwx------"));
  }

  private static FileAttribute<?>[] only(String permissions) {
    return POSIX
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        }
        : new FileAttribute<?>[0];
  }
}
