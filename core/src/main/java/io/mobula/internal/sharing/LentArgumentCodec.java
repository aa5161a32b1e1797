package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import java.util.List;

/**
 * Codec of large arguments that are lent within a host: a frame has their location, and the
 * borrower reads them in place. Safe for all threads.
 */
final class LentArgumentCodec {
  private final ArgumentLoans loans;
  private final LocalCopies localCopies;
  private final RemoteObjects remoteObjects;
  private final NodeMessaging messaging;

  LentArgumentCodec(
      ArgumentLoans loans,
      LocalCopies localCopies,
      RemoteObjects remoteObjects,
      NodeMessaging messaging) {
    this.loans = loans;
    this.localCopies = localCopies;
    this.remoteObjects = remoteObjects;
    this.messaging = messaging;
  }

  /**
   * Returns whether that process can borrow an argument: it shares this host, nobody else knows the
   * object, and there are no refs inside.
   */
  boolean canLend(ObjectEntry entry, NodeId to) {
    return entry.clusterHold() == null
        && entry.outcome() instanceof ObjectContent.Sealed sealed
        && sealed.edges().isEmpty()
        && messaging.sharesMemoryWith(to);
  }

  /**
   * Lends an argument and writes its location.
   *
   * @return ends the loan
   */
  Runnable write(FrameWriter out, ObjectEntry entry) {
    if (!(entry.outcome() instanceof ObjectContent.Sealed sealed)) {
      throw new IllegalArgumentException(entry + " is not sealed here");
    }
    var end = loans.lend(entry);
    localCopies.locationOf(sealed, entry.id()).write(out);
    out.flag(sealed.views());
    return end;
  }

  /** Reads an argument that {@link #write} has written. */
  ObjectContent read(FrameReader in) {
    return remoteObjects.content(ObjectLocation.read(in), List.of(), in.flag());
  }
}
