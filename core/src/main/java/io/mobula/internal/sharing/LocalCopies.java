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
 * Objects that this node has and that other processes may want to read: values made here and copies
 * of others' values, in memory or spilled. Reports copies to the directory. Safe for all threads;
 * nothing blocks.
 */
final class LocalCopies {
  private final SharedObjectTable table;
  private final ArgumentLoans argumentLoans;
  private final ResultLoans resultLoans;
  private final RemoteObjects remoteObjects;
  private final DirectoryClient directoryClient;
  private final Membership membership;

  LocalCopies(
      SharedObjectTable table,
      ArgumentLoans argumentLoans,
      ResultLoans resultLoans,
      RemoteObjects remoteObjects,
      DirectoryClient directoryClient,
      Membership membership) {
    this.table = table;
    this.argumentLoans = argumentLoans;
    this.resultLoans = resultLoans;
    this.remoteObjects = remoteObjects;
    this.directoryClient = directoryClient;
    this.membership = membership;
  }

  private NodeId self() {
    return membership.self().id();
  }

  /** Returns the location of a value of this node, for others. */
  ObjectLocation locationOf(ObjectContent.Sealed sealed, ObjectId id) {
    return locationOf(sealed, id, attemptHere(id));
  }

  ObjectLocation locationOf(ObjectContent.Sealed sealed, ObjectId id, int attempt) {
    return ObjectLocation.of(self(), id, attempt, sealed.byteSize(), sealed.address());
  }

  /** Returns the attempt that made the bytes in this node's memory. */
  private int attemptHere(ObjectId id) {
    var known = table.find(id);
    if (known == null) {
      var lent = lent(id);
      return lent == null ? 1 : lent.attempt();
    }
    return known.outcome() instanceof ObjectContent.RemoteValue(RemoteObject copied)
        ? copied.location().attempt()
        : known.attempt();
  }

  /** Returns the object that is lent to another process of this host under this id, or null. */
  private ResultLoans.@Nullable LentObject lent(ObjectId id) {
    var argument = argumentLoans.lent(id);
    return argument == null ? resultLoans.lent(id) : argument;
  }

  /** Returns a content that reads this node's own copy, or null. */
  @Nullable
  ObjectContent here(ObjectId id) {
    var own = ownCopy(id);
    return own == null
        ? null
        : remoteObjects.content(locationOf(own, id), own.edges(), own.views());
  }

  /**
   * Returns an outcome for others: this node's own copy if the process that had the value has left;
   * or null.
   */
  @Nullable
  Object reachableOutcome(@Nullable Object outcome, ObjectId id) {
    return outcome == null || !isStale(outcome) ? outcome : ownCopy(id);
  }

  /** Returns whether the value was with a process that has left, as far as is known here. */
  boolean isStale(Object outcome) {
    return outcome instanceof ObjectContent.RemoteValue(var remote)
        && membership.peer(((RemoteObject) remote).location().holder()) == null;
  }

  /** Records that this node has a copy of its own now, which others may read, too. */
  void recordCopy(RemoteObject object, ObjectContent.Sealed copy) {
    var location = object.location();
    object.copy(copy);
    if (table.find(location.id()) != null) {
      directoryClient.publish(
          location.id(),
          new PublishedObject.Sealed(
              location.attempt(), location.bytes(), false, table.containedObjects(object.edges())));
    }
  }

  /** Records that the copy has been dropped to free memory. */
  void recordDroppedCopy(RemoteObject object) {
    object.copy(null);
    directoryClient.retract(object.location().id());
  }

  /**
   * Returns this node's sealed bytes of an object, made here or copied, in memory or spilled; or
   * null.
   */
  ObjectContent.@Nullable Sealed ownCopy(ObjectId id) {
    var known = table.find(id);
    if (known != null
        && (known.outcome() instanceof ObjectContent.Sealed
            || known.outcome() instanceof ObjectContent.RemoteValue)) {
      return known.ownCopy();
    }
    var lent = lent(id);
    return lent == null || lent.sealed().isMissing() ? null : lent.sealed();
  }

  /** Returns this node's sealed bytes of one attempt of an object, or null. */
  ObjectContent.@Nullable Sealed copyFor(ObjectId id, int attempt) {
    var own = ownCopy(id);
    return own != null && attemptHere(id) == attempt ? own : null;
  }

  /**
   * Handles that this node's bytes of an object were damaged on a disk. Once the directory has been
   * told, it tells this node no more about the object; so nothing of an object that this process
   * does not hold is kept.
   */
  void onDamaged(ObjectId id) {
    if (ownCopy(id) != null) {
      return; // it has been reconstructed meanwhile
    }
    directoryClient.retract(id);
    var known = table.find(id);
    if (known != null) {
      known.onDamaged();
    }
  }

  /**
   * Retracts this node's bytes of an object if somebody has found them damaged, so that the
   * directory names another copy or has the object reconstructed.
   */
  void retractIfDamaged(ObjectId id) {
    var known = table.find(id);
    if (known != null && known.outcome() instanceof ObjectContent.Sealed own && own.isMissing()) {
      onDamaged(id);
    }
  }

  /**
   * Opens an object of this node for readers of other hosts, if this attempt of it is in memory; a
   * reader that gets null requests a pin.
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

  /**
   * Returns the current location of this node's own copy of that attempt, or null; it may change at
   * any time.
   */
  @Nullable
  ObjectLocation locationNow(ObjectId id, int attempt) {
    var own = copyFor(id, attempt);
    var address = own == null ? null : own.address();
    return address == null
        ? null
        : ObjectLocation.of(self(), id, attempt, address.bytes(), address);
  }
}
