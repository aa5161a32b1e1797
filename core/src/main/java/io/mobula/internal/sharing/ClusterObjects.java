package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.spi.DelayTimer;
import io.mobula.spi.DirectoryListener;
import io.mobula.spi.Lineage;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Shared objects of one node: passes refs and values to other processes and imports theirs. Safe
 * for all threads; only {@link #leave}, {@link #keepCopy} and {@link #replicate} block.
 */
public final class ClusterObjects implements AutoCloseable {
  private final PeerInternTable internTable;
  private final DirectoryClient directoryClient;
  private final SharedObjectTable table;
  private final SameHostPeers hostPeers;
  private final ValueCodec codec;
  private final LentArgumentCodec lentArguments;
  private final ResultWriter resultWriter;
  private final InFlightRefs inFlightRefs;
  private final ReconstructionTracker reconstructions;
  private final ObjectResolver resolver;
  private final ObjectPuller puller;
  private final HostPullCoordinator hostPulls;
  private final ObjectTakeOver takeOver;
  private final ReplicaKeeper replicas;
  private final ObjectDeparture departure;

  /**
   * Creates the shared objects of a node, which answer other nodes from now on.
   *
   * @param inlineLimit the largest size in bytes of a value that travels inside a frame
   * @param timer the node's timer
   */
  public ClusterObjects(
      ObjectStore store,
      SharedStore memory,
      NodeMessaging messaging,
      long inlineLimit,
      DelayTimer timer) {
    var membership = messaging.membership();
    var self = membership.self();
    var background = new BackgroundTimer(timer, store.threads());
    this.internTable = new PeerInternTable(messaging);

    // what is shared
    this.directoryClient = new DirectoryClient(self.id());
    this.table = new SharedObjectTable(store, self.id(), directoryClient);
    this.hostPeers = new SameHostPeers(memory, store, messaging);
    var remoteObjects = new RemoteObjects(table, directoryClient, membership, hostPeers);
    var resultLoans = new ResultLoans(table, remoteObjects, store, directoryClient, messaging);
    var argumentLoans = new ArgumentLoans();
    var localCopies = new LocalCopies(
        table, argumentLoans, resultLoans, remoteObjects, directoryClient, membership);

    // how it travels
    this.codec = new ValueCodec(store, table, localCopies, remoteObjects, resultLoans, inlineLimit);
    this.lentArguments =
        new LentArgumentCodec(argumentLoans, localCopies, remoteObjects, messaging);
    this.inFlightRefs = new InFlightRefs(directoryClient, messaging);
    this.resultWriter = new ResultWriter(table, localCopies, codec, resultLoans);
    var publisher = new OutcomePublisher(
        directoryClient,
        table,
        codec,
        self + " has put it, or made it for itself, and such values are not reconstructed");

    // how it is found and fetched
    this.reconstructions =
        new ReconstructionTracker(directoryClient, membership, table, codec, publisher);
    this.resolver = new ObjectResolver(
        table,
        localCopies,
        codec,
        inFlightRefs,
        directoryClient,
        reconstructions,
        background,
        messaging);
    var responder =
        new ResolveResponder(table, localCopies, codec, inFlightRefs, store.threads(), messaging);
    var cancelRequests = new CancelRequests(table, messaging);
    var pinRequests = new ObjectPinRequests(localCopies, store, messaging);
    this.puller = new ObjectPuller(localCopies, pinRequests, directoryClient, store, messaging);
    this.hostPulls = new HostPullCoordinator(localCopies, puller, hostPeers, store, messaging);
    var fetcher = new ObjectFetcher(
        store, membership, localCopies, hostPeers, pinRequests, hostPulls, resolver);

    // how copies move
    this.takeOver = new ObjectTakeOver(
        table, publisher, directoryClient, codec, inFlightRefs, store, messaging);
    var handOver = new ObjectHandOver(directoryClient, codec, inFlightRefs, messaging);
    this.replicas = new ReplicaKeeper(table, handOver, store, background, messaging);
    this.departure = new ObjectDeparture(self.id(), table, codec, resultLoans, handOver, replicas);
    var collection = new ClusterGarbageCollection(store, messaging, background);

    table.connect(new EntryConnections(resolver, cancelRequests, publisher, replicas));
    remoteObjects.connect(fetcher);
    inFlightRefs.listen();
    reconstructions.listen();
    resolver.listen();
    responder.listen();
    cancelRequests.listen();
    hostPeers.listen();
    collection.listen();
    handOver.listen();
    takeOver.listen();
    replicas.listen();
    pinRequests.listen();
    puller.listen();
    hostPulls.listen();
    resultLoans.listen();
    FrameProbeTransport.connect(store.deadlockDetector(), table, messaging);
    store.setExporter(new TableExporter(table));
  }

  /** Exporter of entries whose refs leave this process. */
  private record TableExporter(SharedObjectTable table) implements UnaryOperator<ObjectEntry> {
    @Override
    public ObjectEntry apply(ObjectEntry entry) {
      table.share(entry);
      return entry;
    }
  }

  /** Sets the directory that counts holders. Called before the first object is shared. */
  public void useDirectory(ObjectDirectory directory) {
    directoryClient.open(directory);
  }

  /** Returns the listener to what the directory says of this node's objects. */
  public DirectoryListener directoryListener() {
    return table;
  }

  /**
   * Sets the maker of the transfer that moves objects over the network. Called before the first
   * frame arrives.
   */
  public void useTransfer(Function<ObjectSource, ObjectTransfer> maker) {
    puller.useTransfer(maker);
  }

  /** Sets the function that reads actor handles. Called once, before the first frame arrives. */
  public void setHandleReader(Function<FrameReader, HeldRef> importer) {
    codec.setHandleReader(importer);
  }

  /** Sets the reconstructor of lost objects. Called once, before the first frame arrives. */
  public void setReconstructor(ObjectReconstructor with) {
    resolver.setReconstructor(with);
  }

  /** Returns the interning table for metadata that frames of this node repeat. */
  public PeerInternTable internTable() {
    return internTable;
  }

  // ---- out

  /** Shares an object of this process, so that other processes may hold it from now on. */
  public void share(ObjectEntry entry) {
    table.share(entry);
  }

  /** Writes a content or failure; {@code id} names it for later fetches. */
  public void write(FrameWriter out, Object outcome, ObjectId id) {
    codec.write(out, outcome, id);
  }

  /**
   * Writes the result of work that another node has submitted. A sealed result stays here until
   * nobody holds it. The outcome belongs to the frame: if it cannot be written, it is discarded.
   *
   * @return releases the hold for the receiver, to be run once the receiver has stated its own
   * @throws CodecException if a ref inside cannot leave this node, or the frame gets too large
   */
  public Runnable writeResult(FrameWriter out, Object outcome, ObjectId id, int attempt) {
    return resultWriter.write(out, outcome, id, attempt);
  }

  /**
   * Writes a result that nobody can reconstruct. If the receiver shares this host, a large result
   * is lent to it and the directory is not told.
   */
  public Runnable writeOrLendResult(
      FrameWriter out, Object outcome, ObjectId id, int attempt, NodeId to) {
    return resultWriter.writeOrLend(out, outcome, id, attempt, to);
  }

  /**
   * Returns whether that process can read a large argument in place until it has answered the call:
   * it shares this host, nobody else knows the object, and there are no refs inside.
   */
  public boolean canLend(ObjectEntry entry, NodeId to) {
    return lentArguments.canLend(entry, to);
  }

  /**
   * Writes an argument that is lent.
   *
   * @return ends the loan
   */
  public Runnable writeLent(FrameWriter out, ObjectEntry entry) {
    return lentArguments.write(out, entry);
  }

  /** Finishes a frame that may carry refs; see {@link InFlightRefs#finishFrame}. */
  public void finishFrame(FrameWriter frame, NodeId to, Runnable release) {
    inFlightRefs.finishFrame(frame, to, release);
  }

  /**
   * Finishes bytes that travel in a message of the user's; see
   * {@link InFlightRefs#finishForAnyReceiver}.
   */
  public Runnable finishForAnyReceiver(FrameWriter bytes, Runnable release) {
    return inFlightRefs.finishForAnyReceiver(bytes, release);
  }

  /** Sends a finished frame; returns false if the peer has left. */
  public boolean send(NodeId to, FrameWriter finished) {
    return inFlightRefs.send(to, finished);
  }

  /** Returns whether the outcome is small enough to travel inside a frame. */
  public boolean fitsFrame(Object outcome) {
    return codec.fitsFrame(outcome);
  }

  /** Writes an object id to a frame. */
  public static void writeId(FrameWriter out, ObjectId id) {
    ObjectLocation.write(out, id);
  }

  /** Reads an object id from a frame. */
  public static ObjectId readId(FrameReader in) {
    return ObjectLocation.readId(in);
  }

  // ---- in

  /** Reads a content or failure from a frame. */
  public Object read(FrameReader in) {
    return codec.read(in);
  }

  /** Reads an argument that {@link #writeLent} has written. */
  public ObjectContent readLent(FrameReader in) {
    return lentArguments.read(in);
  }

  /** Skips to the end of a finished frame whose content cannot be read, and acknowledges it. */
  public void acknowledgeUnreadable(NodeId from, FrameReader in) {
    inFlightRefs.acknowledgeUnreadable(from, in);
  }

  /** Acknowledges the refs of a finished frame, once they have been imported or dropped. */
  public void acknowledgeRefs(NodeId from, FrameReader in) {
    inFlightRefs.acknowledgeRefs(from, in);
  }

  /** Acknowledges the refs of bytes that {@link #finishForAnyReceiver} has finished. */
  public void acknowledgeRefsFromAnySender(FrameReader bytes) {
    inFlightRefs.acknowledgeRefsFromAnySender(bytes);
  }

  /**
   * Returns the entry of an object that another process knows, too, with a hold that the caller
   * releases.
   */
  public ObjectEntry importEntry(ObjectId id) {
    return table.importEntry(id);
  }

  /**
   * Returns the entry of an object whose outcome came along, with a hold that the caller releases.
   */
  public ObjectEntry importEntryWith(ObjectId id, Object outcome) {
    return table.importEntryWith(id, outcome, 1);
  }

  /**
   * Reads what {@link HeldRef#export} has written in another process, and creates a hold of the
   * same kind.
   */
  public HeldRef importEdge(FrameReader in) {
    return codec.readEdge(in);
  }

  // ---- reconstruction

  /** Records why an outcome from another process cannot be reconstructed. */
  public void markNotReconstructible(Object outcome, Supplier<String> why) {
    if (outcome instanceof ObjectContent.RemoteValue(RemoteObject remote)) {
      remote.setNotReconstructibleReason(why);
    }
  }

  /**
   * Creates the lineage of objects that this reconstructionSpec can reconstruct; the objects that
   * it refers to are kept for that.
   */
  public static Lineage lineage(FrameWriter reconstructionSpec) {
    return new Lineage(
        reconstructionSpec.toBytes(),
        reconstructionSpec.carriedRefs().stream().distinct().toList());
  }

  /** Tells the directory how the objects can be reconstructed. */
  public void recordLineage(List<ObjectId> ids, Lineage lineage) {
    ids.forEach(id -> directoryClient.recordLineage(id, lineage));
  }

  /** Publishes an object that was reconstructed by this node, or by another one on its behalf. */
  public void rebuilt(ObjectId id, int attempt, Object outcome) {
    reconstructions.onReconstructed(id, attempt, outcome);
  }

  // ---- copies

  /** Makes this process keep a copy of an object that another process has. Blocks. */
  public void keepCopy(ObjectEntry entry, Deadline deadline) {
    takeOver.keepCopy(entry, deadline);
  }

  /**
   * Replicates an object of this process to that many nodes. Blocks.
   *
   * @throws io.mobula.error.TooFewCopiesException when there are not enough copies in time
   */
  public void replicate(ObjectEntry entry, int copies, Duration within) {
    table.share(entry);
    if (entry.clusterHold() instanceof SharedEntry present) {
      replicas.create(present, copies, within);
    }
  }

  /**
   * Returns what a shared object waits for in this process; null if the object is not known here,
   * or is ready.
   */
  public @Nullable WaitPoint pendingHere(ObjectId id) {
    return table.pendingHere(id);
  }

  // ---- leaving

  /**
   * Leaves the cluster: releases all holds, hands over the objects that others hold and only this
   * node has, and closes the directory client. Blocks for the timeout at most.
   */
  public void leave(Duration timeout) {
    departure.leave(timeout);
    directoryClient.close();
  }

  /** Stops all messages and lookups, and detaches from the memory of other processes. */
  @Override
  public void close() {
    directoryClient.close();
    resolver.close();
    puller.close();
    hostPulls.close();
    hostPeers.close();
  }
}
