package io.mobula.internal.checkpoint;

import io.mobula.ActorId;
import io.mobula.error.ActorCheckpointException;
import io.mobula.internal.codec.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Where a node keeps checkpoints of actors: a directory, of this machine or shared by several, with
 * one below it for each cluster and in that one for each actor. Safe for all threads; blocks.
 */
public final class CheckpointDirectory {
  private static final String NAMED = "named-";
  private static final int LONGEST = 60;
  private static final int DIGEST = 8;

  private final Path root;
  private final Codec codec;

  /**
   * Touches nothing yet.
   *
   * @param directory what the setting says
   * @param cluster the name of the cluster
   */
  public CheckpointDirectory(Path directory, String cluster, Codec codec) {
    this.root = directory.toAbsolutePath().normalize().resolve(fileName(cluster));
    this.codec = codec;
  }

  /** The files of an actor that goes with its cluster. */
  public ActorFiles of(ActorId id, String actor) {
    return files("actor-" + Long.toHexString(id.node()) + "-" + id.number(), actor);
  }

  /** The files of an actor that comes back under its name. */
  public ActorFiles ofName(String name, String actor) {
    return files(NAMED + fileName(name), actor);
  }

  private ActorFiles files(String name, String actor) {
    return new ActorFiles(root.resolve(name), codec, actor);
  }

  /** The files of all actors that come back; nothing is read of them. */
  public List<ActorFiles> durable() {
    try {
      var all = new ArrayList<ActorFiles>();
      for (var entry : DurableFiles.entries(root)) {
        var name = entry.getFileName().toString();
        var files = files(name, name);
        if (name.startsWith(NAMED) && files.isDefined()) {
          all.add(files);
        }
      }
      return all;
    } catch (IOException e) {
      throw new ActorCheckpointException("Cannot look for durable actors in " + root + ": " + e, e);
    }
  }

  /** What can be read of the text, and a digest, since all of it may be too long for a file. */
  private static String fileName(String text) {
    var readable = text.replaceAll("[^A-Za-z0-9_-]", "_");
    return readable.substring(0, Math.min(LONGEST, readable.length())) + "-" + digest(text);
  }

  private static String digest(String text) {
    try {
      var all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(all, 0, DIGEST);
    } catch (NoSuchAlgorithmException impossible) { // every Java has it
      throw new IllegalStateException(impossible);
    }
  }

  @Override
  public String toString() {
    return root.toString();
  }
}
