package io.mobula.internal.actor;

import io.mobula.error.ActorCheckpointException;
import io.mobula.error.CodecException;
import io.mobula.error.InvalidRequestException;
import io.mobula.internal.call.BoundCall;
import io.mobula.internal.checkpoint.CheckpointDirectory;
import io.mobula.internal.checkpoint.DurableActorDirectory;
import io.mobula.internal.checkpoint.FileCheckpointStore;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.placement.Placement;
import io.mobula.spi.ActorOptions;
import io.mobula.spi.RemoteFunction;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Durable actors, which outlive their cluster: their definitions on disk, and their recreation when
 * a node starts. Blocks.
 */
final class DurableActors {
  private static final Logger LOG = LoggerFactory.getLogger(DurableActors.class);
  private static final int FORMAT = 1;

  private final ActorCreator creator;
  private final ActorServices services;
  private final CheckpointDirectory directory;

  DurableActors(ActorCreator creator, ActorServices services, CheckpointDirectory directory) {
    this.creator = creator;
    this.services = services;
    this.directory = directory;
  }

  /** Rejects a durable actor that could not be recreated without its cluster. */
  static void require(ActorOptions options, BoundCall constructor, String type) {
    if (!options.checkpointPolicy().durable()) {
      return;
    }
    if (options.name() == null) {
      throw new InvalidRequestException("Wanted a durable actor " + type
          + " without a name: it comes back under its name. Say name(\"...\").");
    }
    switch (options.placement()) {
      case Placement.OnNode _, Placement.Group _ ->
        throw new InvalidRequestException("Wanted a durable actor " + type + " placed "
            + options.placement()
            + ": no node and no placement group outlives its cluster. Place it by labels.");
      default -> {}
    }
    if (constructor.hasRefsInside()) {
      throw new InvalidRequestException(
          "Wanted a durable actor " + type
              + " with an ObjectRef or ActorHandle inside an argument of its constructor: what it refers to does not outlive the cluster. Pass the value.");
    }
  }

  /**
   * Writes the definition of an actor to disk, unless it is there, and gives the actor the
   * checkpoints of the former actor of its name.
   *
   * @param files the files of this actor
   * @param directory the files of all actors of its name
   * @throws ActorCheckpointException when its node has no directory, or cannot write there, or the
   *     files of an actor that has lived here are gone
   */
  static void define(
      ActorCell cell,
      @Nullable FileCheckpointStore files,
      @Nullable DurableActorDirectory directory)
      throws Exception {
    if (files == null || directory == null) {
      throw new ActorCheckpointException("Wanted durable " + cell.describe() + ": its host, node "
          + cell.store().node() + ", has no mobula.actors.checkpoint-directory.");
    }
    boolean again = cell.instanceType() != null; // its object is made again
    if (again && !files.isDefined()) {
      throw new ActorCheckpointException("The files of durable " + cell.describe() + " in " + files
          + " are gone: it was ended, or another actor has its name and its state. Node "
          + cell.store().node() + " was removed from the cluster, or is about to be.");
    }
    if (!files.isDefined()) {
      directory.takeUp(cell.id());
      define(cell, files);
    }
    if (!again) {
      directory.removeFormer(cell.id());
    }
  }

  private static void define(ActorCell cell, FileCheckpointStore files) throws Exception {
    var out = new FrameWriter().int32(FORMAT).text(cell.descriptor().type());
    ActorFrames.writeOptions(out, cell.options());
    ActorFrames.writePlacement(out, cell.options().placement());
    files.define(
        new FileCheckpointStore.Definition(out.toBytes(), cell.constructor().decodeParts()));
  }

  // ---- when a node starts

  /** Recreates all actors that are on disk and do not live in the cluster. */
  void restoreAll() {
    try {
      directory.durable().forEach(this::restore);
    } catch (ActorCheckpointException e) {
      LOG.error("No durable actor is restored: {}", e.getMessage());
    }
  }

  private void restore(FileCheckpointStore files) {
    try {
      var in = new FrameReader(files.description());
      int format = in.int32();
      if (format != FORMAT) {
        throw new CodecException("it is of format " + format + ", this release reads " + FORMAT);
      }
      var type = in.text();
      var options = ActorFrames.readOptions(in, ActorFrames::readPlacement);
      restore(files, type, options);
    } catch (Throwable thrown) { // a failure affects only this actor
      if (!files.isDefined()) {
        LOG.debug("Another node has taken up the durable actor in {}", files, thrown);
        return;
      }
      LOG.error(
          "The durable actor in {} is not restored: {}",
          files,
          CapturedThrowable.of(thrown).text());
    }
  }

  private void restore(FileCheckpointStore files, String type, ActorOptions options) {
    ObjectFailure unreadable = null;
    BoundCall constructor;
    try {
      constructor = bind(files.definition().parts());
    } catch (Throwable thrown) { // a class that is missing here, or has changed
      if (!files.isDefined()) {
        return; // another node has taken up the actor meanwhile
      }
      var captured = CapturedThrowable.of(thrown);
      var message = "The durable actor \"" + options.name() + "\" in " + files
          + " cannot be restored on node " + services.store().node() + ": " + captured.text();
      LOG.error("{}", message);
      unreadable =
          new ObjectFailure(() -> new ActorCheckpointException(message, captured.exception()));
      RemoteFunction nothing = none -> null;
      constructor = services.binder().bind(nothing);
    }
    creator.restore(type, options, constructor, unreadable);
  }

  private BoundCall bind(@Nullable Object[] parts) {
    var function = (RemoteFunction) Objects.requireNonNull(parts[0], "constructor");
    return services.binder().bind(function, Arrays.asList(parts).subList(1, parts.length));
  }
}
