package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.placement.PlacementGroupCodec;
import io.mobula.internal.placement.ResourcesCodec;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.placement.Placement;
import io.mobula.spi.ActorOptions;
import io.mobula.spi.WorkOptions;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Kinds of the frames about actors, and the encoding that several of them share. */
final class ActorFrames {

  private static final int ANYWHERE = 0;
  private static final int SPREAD = 1;
  private static final int ON = 2;
  private static final int PREFERRING = 3;
  private static final int GROUP = 4;
  private static final int LABELS = 5;
  private static final int PREFERRING_LABELS = 6;

  private ActorFrames() {}

  /** Begins a frame about an actor. */
  static FrameWriter of(FrameKind kind, ActorId id) {
    return ActorDescriptor.writeId(FrameWriter.of(kind), id);
  }

  static CodecException unknown(String what, int kind) {
    return new CodecException(
        "A frame has " + what + " of kind " + kind + ": another release's.", null);
  }

  /** Reads a failure; throws if the frame holds a value instead. */
  static ObjectFailure readFailure(FrameReader in, ClusterObjects clusterObjects) {
    var outcome = clusterObjects.read(in);
    if (outcome instanceof ObjectFailure failure) {
      return failure;
    }
    if (outcome instanceof ObjectContent content) {
      content.discard();
    }
    throw new CodecException("A frame has a value where it must say why there is none.", null);
  }

  /**
   * Writes the options that the host needs. Of the placement only a group is written, as the node
   * is decided.
   */
  static void writeOptions(FrameWriter out, ActorOptions options) {
    var resources = options.resources();
    out.flag(resources != null);
    if (resources != null) {
      ResourcesCodec.write(out, resources);
    }
    var lifetime = options.lifetime();
    var execution = options.execution();
    out.text(options.name())
        .flag(lifetime.detached())
        .int32(lifetime.maxRestarts())
        .int32(lifetime.maxCallRetries())
        .int32(execution.maxConcurrency())
        .int32(execution.maxPendingCalls())
        .choice(execution.threads())
        .flag(execution.borrowsArguments());
    var checkpointPolicy = options.checkpointPolicy();
    out.int32(checkpointPolicy.everyCalls())
        .int64(checkpointPolicy.interval().toNanos())
        .flag(checkpointPolicy.durable());
    PlacementGroupCodec.write(out, PlacementGroupCodec.of(options.placement()));
  }

  static ActorOptions readOptions(FrameReader in) {
    return readOptions(in, null);
  }

  /**
   * Reads the options that {@link #writeOptions} wrote.
   *
   * @param placement reads the placement, which follows; null where it is decided
   */
  static ActorOptions readOptions(
      FrameReader in, @Nullable Function<FrameReader, Placement> placement) {
    var resources = in.flag() ? ResourcesCodec.read(in) : null;
    var name = in.optionalText();
    var lifetime = new ActorOptions.Lifetime(in.flag(), in.int32(), in.int32());
    var execution = new ActorOptions.MethodExecution(
        in.int32(), in.int32(), in.choice(ActorOptions.Threads.values()), in.flag());
    var checkpointPolicy =
        new ActorOptions.CheckpointPolicy(in.int32(), Duration.ofNanos(in.int64()), in.flag());
    var decided = PlacementGroupCodec.orAnywhere(PlacementGroupCodec.read(in));
    var where = placement == null ? decided : placement.apply(in);
    return new ActorOptions(
        new WorkOptions(resources, where, name), false, lifetime, execution, checkpointPolicy);
  }

  /** Writes the placement of an actor. The object of a placement near an object is dropped. */
  static void writePlacement(FrameWriter out, Placement placement) {
    switch (placement) {
      case Placement.Anywhere anywhere -> out.octet(ANYWHERE);
      case Placement.NearObject nearObject -> out.octet(ANYWHERE);
      case Placement.Spread spread -> out.octet(SPREAD);
      case Placement.OnNode(var node) -> out.octet(ON).int64(node.incarnation());
      case Placement.PreferredNode(var node) -> out.octet(PREFERRING).int64(node.incarnation());
      case Placement.Group group -> PlacementGroupCodec.write(out.octet(GROUP), group);
      case Placement.Labels(var selector) -> out.octet(LABELS).text(selector);
      case Placement.PreferredLabels(var selector) ->
        out.octet(PREFERRING_LABELS).text(selector);
    }
  }

  static Placement readPlacement(FrameReader in) {
    int kind = in.octet();
    return switch (kind) {
      case ANYWHERE -> Placement.anywhere();
      case SPREAD -> Placement.spread();
      case ON -> Placement.on(new NodeId(in.int64()));
      case PREFERRING -> Placement.preferring(new NodeId(in.int64()));
      case GROUP -> PlacementGroupCodec.orAnywhere(PlacementGroupCodec.read(in));
      case LABELS -> Placement.labels(in.text());
      case PREFERRING_LABELS -> Placement.preferringLabels(in.text());
      default -> throw unknown("a placement", kind);
    };
  }
}
