package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.spi.HoldStatement;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Maker of the remote objects of this process, with the parts by which they are fetched and shared.
 * Safe for all threads.
 */
final class RemoteObjects {
  private final SharedObjectTable table;
  private final DirectoryClient directoryClient;
  private final Membership membership;
  private final SameHostPeers hostPeers;
  private volatile @Nullable ObjectFetcher fetcher;

  RemoteObjects(
      SharedObjectTable table,
      DirectoryClient directoryClient,
      Membership membership,
      SameHostPeers hostPeers) {
    this.table = table;
    this.directoryClient = directoryClient;
    this.membership = membership;
    this.hostPeers = hostPeers;
  }

  /** Sets the fetcher of all remote objects. Called once, before the first frame arrives. */
  void connect(ObjectFetcher with) {
    fetcher = with;
  }

  /** Creates the content of a value that is at this location. */
  ObjectContent content(ObjectLocation location, List<HeldRef> edges, boolean views) {
    return new ObjectContent.RemoteValue(new RemoteObject(location, edges, views, this, null));
  }

  /** Creates a result that is on loan to this process. */
  RemoteObject borrowed(
      ObjectLocation location, boolean views, ResultLoans.BorrowedResult borrowedResult) {
    return new RemoteObject(location, List.of(), views, this, borrowedResult);
  }

  /** Returns the fetcher of the bytes. */
  ObjectFetcher fetcher() {
    return Objects.requireNonNull(fetcher, "a remote object is read before its node is connected");
  }

  /** Returns whether objects of that process are read in place, or are this one's own. */
  boolean isReadInPlace(NodeId at) {
    return at.equals(membership.self().id()) || hostPeers.readablePeers().contains(at);
  }

  /** Returns whether another process has left the cluster. */
  boolean hasLeft(NodeId node) {
    return !node.equals(membership.self().id()) && membership.peer(node) == null;
  }

  /** Shares an entry whose value is in another process, as that process has reported. */
  void share(ObjectEntry entry) {
    table.shareRemote(entry);
  }

  /** Returns the statement of this process's own hold. */
  HoldStatement statementOf(ObjectId id) {
    return directoryClient.statementOf(id);
  }
}
