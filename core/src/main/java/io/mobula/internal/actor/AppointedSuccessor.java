package io.mobula.internal.actor;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.call.CallCodec;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Successor of one actor's owner, from the owner's side: it is appointed, hears of each change, and
 * is replaced by a better one or dismissed. Confined to the owner's executor; any thread may ask
 * which node it is.
 */
final class AppointedSuccessor {
  private static final Logger LOG = LoggerFactory.getLogger(AppointedSuccessor.class);

  private final ActorDescriptor descriptor;
  private final ActorCreationSpec spec;
  private final ActorPeers peers;
  private final CheckpointReplicator replicator;
  private volatile @Nullable NodeId node;

  AppointedSuccessor(
      ActorDescriptor descriptor,
      ActorCreationSpec spec,
      ActorPeers peers,
      CheckpointReplicator replicator) {
    this.descriptor = descriptor;
    this.spec = spec;
    this.peers = peers;
    this.replicator = replicator;
  }

  /** Returns the appointed node, or null. */
  @Nullable
  NodeId node() {
    return node;
  }

  /**
   * Sends the owner's state to the successor, or appoints another one: if this one has left, or
   * would be lost with the host while another node would not.
   */
  void update(ActorOwnerState ownerState) {
    var host = ownerState.address() == null ? null : ownerState.address().node();
    var present = node;
    var best = choose(peers.otherNodes(), descriptor.id(), host);
    if (present != null
        && peers.isMember(present)
        && (!present.equals(host) || present.equals(best))) {
      var frame = ActorFrames.of(FrameKind.UPDATE_SUCCESSOR, descriptor.id());
      ownerState.write(frame);
      peers.send(present, frame.toBytes());
      return;
    }
    dismiss();
    if (best != null) {
      node = best;
      appoint(best, ownerState);
    }
  }

  /**
   * Chooses a successor: a node other than the host if there is one, else the host, or null if
   * there are no other nodes. Different actors get different ones of several nodes.
   */
  static @Nullable NodeId choose(List<NodeId> otherNodes, ActorId id, @Nullable NodeId host) {
    var notHosts = otherNodes.stream().filter(each -> !each.equals(host)).toList();
    var best = notHosts.isEmpty() ? otherNodes : notHosts;
    return best.isEmpty() ? null : best.get((int) Math.floorMod(id.number(), (long) best.size()));
  }

  /** Appoints a node as the successor, and sends it all it needs. */
  private void appoint(NodeId successor, ActorOwnerState ownerState) {
    var frame = FrameWriter.of(FrameKind.APPOINT_SUCCESSOR);
    descriptor.write(frame);
    ownerState.write(frame);
    ActorFrames.writeOptions(frame, spec.options());
    ActorFrames.writePlacement(frame, spec.options().placement());
    spec.job().write(frame);
    try {
      CallCodec.write(frame, spec.constructor(), peers.objects(), successor);
    } catch (RuntimeException | Error e) { // an argument that cannot be sent
      LOG.warn("{} cannot be inherited: {}", descriptor.describe(), e.getMessage());
      return;
    }
    peers.send(successor, frame);
    replicator.sendToSuccessor(successor, descriptor.id());
  }

  /** Dismisses the successor, if there is one: the actor is ending, or gets another successor. */
  void dismiss() {
    var present = node;
    node = null;
    if (present != null) {
      peers.send(
          present, ActorFrames.of(FrameKind.DISMISS_SUCCESSOR, descriptor.id()).toBytes());
    }
  }
}
