package io.mobula.internal.memory;

import io.mobula.error.StoreException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A small file for each member of a common ceiling, in the directory of the node's store. What a
 * dead member said counts for as long as its store's directory is there. Safe for all threads; each
 * call costs some file operations.
 */
final class ShareFiles implements Shares {
  private static final String PREFIX = "share-";
  private static final int RECORD_BYTES = 3 * Long.BYTES;

  private final Path head;
  private final Path own;

  private ShareFiles(Path head, Path own) {
    this.head = head;
    this.own = own;
  }

  /**
   * Makes the member's file.
   *
   * @param head the directory of the node's store, which may be the member's own
   * @param member the directory of the member's store, beside it
   * @throws StoreException if there is no such directory
   */
  static ShareFiles create(Path head, StoreDirectory member) {
    var own = head.resolve(PREFIX + member.path().getFileName());
    try {
      Permissions.createFile(own);
      var files = new ShareFiles(head, own);
      files.write(new Share(0, 0, 0));
      return files;
    } catch (IOException e) {
      throw new StoreException(
          "Cannot share the ceiling of the store in " + head + ": " + e + "; is its node up?", e);
    }
  }

  /** Where the node's store is gone, there is nobody to tell. */
  @Override
  public void say(Share share) {
    try {
      write(share);
    } catch (NoSuchFileException headIsGone) {
      return;
    } catch (IOException e) {
      throw new StoreException("Cannot write " + own + ": " + e, e);
    }
  }

  private void write(Share share) throws IOException {
    var record = ByteBuffer.allocate(RECORD_BYTES)
        .putLong(share.total())
        .putLong(share.wanted())
        .putLong(share.askings())
        .flip();
    Uninterrupted.<@Nullable Void>run(() -> {
      try (var channel = FileChannel.open(own, StandardOpenOption.WRITE)) {
        channel.write(record.rewind(), 0);
        return null;
      }
    });
  }

  @Override
  public Map<String, Share> others() {
    var others = new HashMap<String, Share>();
    try (var files = Files.newDirectoryStream(head, PREFIX + "*")) {
      for (var file : files) {
        var share = file.equals(own) ? null : read(file);
        if (share != null) {
          others.put(file.getFileName().toString(), share);
        }
      }
    } catch (NoSuchFileException headIsGone) {
      return Map.of();
    } catch (IOException | DirectoryIteratorException e) {
      throw new StoreException("Cannot see who shares the ceiling of the store in " + head, e);
    }
    return others;
  }

  /** Null if its store is gone, and with it what it said. */
  private @Nullable Share read(Path file) throws IOException {
    var store = head.resolveSibling(file.getFileName().toString().substring(PREFIX.length()));
    if (!Files.isDirectory(store)) {
      Files.deleteIfExists(file);
      return null;
    }
    try {
      var record = ByteBuffer.wrap(Uninterrupted.run(() -> Files.readAllBytes(file)));
      return record.remaining() < RECORD_BYTES
          ? null
          : new Share(record.getLong(), record.getLong(), record.getLong());
    } catch (NoSuchFileException left) {
      return null;
    }
  }

  @Override
  public void leave() {
    try {
      Files.deleteIfExists(own);
    } catch (IOException e) {
      throw new StoreException("Cannot remove " + own + ": " + e + "; remove it by hand", e);
    }
  }
}
