package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.store.ObjectContent;
import io.mobula.spi.ObjectSource.OpenObject;
import io.mobula.spi.PublishedObject;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * What this node has of objects that other processes may want to read: values that were made here
 * and copies of others', in memory or spilled. Tells the directory of copies. Safe for all threads;
 * nothing blocks.
 */
final class LocalCopies {
  private final ClusterObjects clusterObjects;
  private final DirectoryClient directoryClient;
  private final Membership membership;

  LocalCopies(
      ClusterObjects clusterObjects, DirectoryClient directoryClient, Membership membership) {
    this.clusterObjects = clusterObjects;
    this.directoryClient = directoryClient;
    this.membership = membership;
  }

  private NodeId self() {
    return membership.self().id();
  }

  /** Where a value of this node's is, for others. */
  ObjectLocation locationOf(ObjectContent.Sealed sealed, ObjectId id) {
    return locationOf(sealed, id, attemptHere(id));
  }

  ObjectLocation locationOf(ObjectContent.Sealed sealed, ObjectId id, int attempt) {
    return ObjectLocation.of(self(), id, attempt, sealed.byteSize(), sealed.address());
  }

  /** Which run of its task made what is in this node's memory. */
  private int attemptHere(ObjectId id) {
    var known = clusterObjects.sharedEntry(id);
    if (known == null) {
      var lent = clusterObjects.lent(id);
      return lent == null ? 1 : lent.attempt();
    }
    return known.outcome() instanceof ObjectContent.RemoteValue(RemoteObject copied)
        ? copied.location().attempt()
        : known.attempt();
  }

  /** The way to this node's own copy, or null. */
  @Nullable
  ObjectContent here(ObjectId id) {
    var own = ownCopy(id);
    return own == null
        ? null
        : clusterObjects.remoteContent(locationOf(own, id), own.edges(), own.views());
  }

  /** An outcome for others: this node's own copy where the process that had it is gone; or null. */
  @Nullable
  Object reachableOutcome(@Nullable Object outcome, ObjectId id) {
    return outcome == null || !isStale(outcome) ? outcome : ownCopy(id);
  }

  /** Whether it was with a process that is gone, as far as is known here. */
  boolean isStale(Object outcome) {
    return outcome instanceof ObjectContent.RemoteValue(var remote)
        && membership.peer(((RemoteObject) remote).location().holder()) == null;
  }

  /** This node has a copy of its own now: others may read it, too. */
  void recordCopy(RemoteObject object, ObjectContent.Sealed copy) {
    var location = object.location();
    object.copy(copy);
    if (clusterObjects.sharedEntry(location.id()) != null) {
      directoryClient.publish(
          location.id(),
          new PublishedObject.Sealed(
              location.attempt(),
              location.bytes(),
              false,
              clusterObjects.containedObjects(object.edges())));
    }
  }

  /** The copy has been dropped to make room. */
  void recordDroppedCopy(RemoteObject object) {
    object.copy(null);
    directoryClient.retract(object.location().id());
  }

  /** What of an object this node has: what was made here, or a copy; in memory or spilled. */
  ObjectContent.@Nullable Sealed ownCopy(ObjectId id) {
    var known = clusterObjects.sharedEntry(id);
    var own = switch (known == null ? null : known.outcome()) {
      case ObjectContent.Sealed sealed -> sealed;
      case ObjectContent.RemoteValue(var remote)
      when remote instanceof RemoteObject object -> object.copy();
      case null, default -> {
        var lent = clusterObjects.lent(id);
        yield lent == null ? null : lent.sealed();
      }
    };
    return own == null || own.isMissing() ? null : own;
  }

  /** The same for a reader who wants this attempt. */
  ObjectContent.@Nullable Sealed copyFor(ObjectId id, int attempt) {
    var own = ownCopy(id);
    return own != null && attemptHere(id) == attempt ? own : null;
  }

  /**
   * What this node had has come to harm on a disk. Once the directory has been told, it tells this
   * node no more of the object: nothing is kept of it that this process does not hold.
   */
  void onDamaged(ObjectId id) {
    if (ownCopy(id) != null) {
      return; // it has been made again meanwhile
    }
    directoryClient.retract(id);
    var known = clusterObjects.sharedEntry(id);
    if (known != null) {
      known.onDamaged();
    }
  }

  /**
   * Opens an object of this node for readers of other hosts, if it has that attempt and it is in
   * memory: a reader who is refused claims it.
   */
  @Nullable
  OpenObject openForTransfer(ObjectId id, int attempt) {
    var sealed = copyFor(id, attempt);
    var held = sealed == null ? null : sealed.tryAcquirePin();
    if (held == null) {
      return null;
    }
    return new OpenObject() {
      @Override
      public MemorySegment bytes() {
        return held.bytes();
      }

      @Override
      public void close() {
        held.close();
      }
    };
  }

  /** Where this node's own copy of that attempt is right now, or null; it may go at any time. */
  @Nullable
  ObjectLocation locationNow(ObjectId id, int attempt) {
    var own = copyFor(id, attempt);
    var address = own == null ? null : own.address();
    return address == null
        ? null
        : ObjectLocation.of(self(), id, attempt, address.bytes(), address);
  }
}
