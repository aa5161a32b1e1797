package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.info.WaitReport.WaitCause;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.store.RemoteValueCopier;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.DelayTimer;
import io.mobula.spi.DirectoryListener;
import io.mobula.spi.HoldStatement;
import io.mobula.spi.Lineage;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.PublishedObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shared objects of one node: passes refs and values to other processes and imports theirs. Safe
 * for all threads; only {@link #leave} blocks.
 */
public final class ClusterObjects implements DirectoryListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterObjects.class);
  private static final Duration FREES = Duration.ofMillis(500);
  private static final int MAX_NAMED = 20;

  private final ObjectStore store;
  private final Membership membership;
  private final NodeMessaging messaging;
  private final PeerInternTable internTable;
  private final ValueCodec wire;
  private final DelayTimer timer;
  private final long inlineLimit;
  private final SameHostPeers hostPeers;
  private final DirectoryClient directoryClient;
  private final InFlightRefs inFlightRefs;
  private final Object freedMonitor = new Object();
  private final String notReconstructibleReason;
  private final ReconstructionTracker reconstructions;
  private final ObjectResolver resolver;
  private final LocalCopies localCopies;
  private final ObjectPuller puller;
  private final HostPullCoordinator hostPulls;
  private final ObjectFetcher fetcher;
  private final ObjectHandOver handOver;
  private final ReplicaKeeper replicas;
  private final ArgumentLoans loans = new ArgumentLoans();
  private final ResultLoans results;
  private final Map<ObjectId, SharedEntry> shared = new ConcurrentHashMap<>();
  private volatile Function<FrameReader, HeldRef> handleReader = in -> {
    throw new CodecException("This node knows no actors.", null);
  };

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
    this.store = store;
    this.timer = timer;
    this.membership = messaging.membership();
    this.messaging = messaging;
    this.inlineLimit = inlineLimit;
    this.notReconstructibleReason = membership.self()
        + " has put it, or made it for itself, and such values are not reconstructed";
    this.internTable = new PeerInternTable(messaging);
    this.directoryClient = new DirectoryClient(membership.self().id());
    this.localCopies = new LocalCopies(this, directoryClient, membership);
    this.wire = new ValueCodec(store, this, localCopies, inlineLimit);
    this.inFlightRefs = new InFlightRefs(directoryClient, messaging);
    this.reconstructions = new ReconstructionTracker(directoryClient, membership);
    this.resolver =
        new ObjectResolver(this, localCopies, directoryClient, reconstructions, messaging);
    this.hostPeers = new SameHostPeers(memory, store, messaging);
    // the instance registers itself with the messaging and the store
    var _ = new ClusterGarbageCollection(store, messaging, timer);
    this.handOver = new ObjectHandOver(this, store, messaging);
    this.replicas = new ReplicaKeeper(this, handOver, store, messaging);
    var pinRequests = new ObjectPinRequests(localCopies, store, messaging);
    this.puller = new ObjectPuller(localCopies, pinRequests, directoryClient, store, messaging);
    this.hostPulls = new HostPullCoordinator(localCopies, puller, hostPeers, store, messaging);
    this.fetcher = new ObjectFetcher(
        store, membership, localCopies, hostPeers, pinRequests, hostPulls, resolver);
    this.results = new ResultLoans(this, store, directoryClient, messaging);
    messaging.on(FrameKind.CANCEL_OBJECT, this::onCancel);
    FrameProbeTransport.connect(store.deadlockDetector(), this, messaging);
    store.setExporter(entry -> {
      share(entry);
      return entry;
    });
  }

  /** Sets the directory that counts holders. Called before the first object is shared. */
  public void useDirectory(ObjectDirectory directory) {
    directoryClient.open(directory);
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
    handleReader = importer;
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
    share(entry, true);
  }

  /** Shares an entry whose value is in another process, as that process has reported. */
  void shareRemote(ObjectEntry entry) {
    share(entry, false);
  }

  private void share(ObjectEntry entry, boolean toBeMade) {
    if (entry.clusterHold() != null) {
      return;
    }
    var fresh = new SharedEntry(entry, this);
    if (entry.setClusterHoldIfAbsent(fresh) != fresh) {
      return;
    }
    shared.put(fresh.id(), fresh);
    store.whenUnreachable(entry, fresh::onCollected);
    fresh.hold();
    if (fresh.outcome() != null) {
      publish(fresh);
    } else if (entry.outcome() != null) {
      fresh.onSettled(entry);
    } else if (toBeMade && isOwn(fresh.id())) {
      directoryClient.making(fresh.id(), 1);
    }
  }

  private boolean isOwn(ObjectId id) {
    return id.node() == membership.self().id().incarnation();
  }

  void settled(SharedEntry entry) {
    publish(entry);
  }

  /** Tells the directory the outcome of an object that was made here. */
  private void publish(SharedEntry entry) {
    var outcome = entry.outcome();
    if (outcome instanceof ObjectContent.Sealed sealed && !fitsFrame(sealed)) {
      if (isOwn(entry.id())) {
        directoryClient.markNotReconstructible(entry.id(), notReconstructibleReason);
      }
      directoryClient.publish(
          entry.id(),
          new PublishedObject.Sealed(
              entry.attempt(), sealed.byteSize(), true, containedObjects(sealed.edges())));
    } else if (outcome instanceof ObjectContent.RemoteValue(var remote)) {
      ((RemoteObject) remote).onShared();
      if (isOwn(entry.id())) {
        var why = ((RemoteObject) remote).notReconstructibleReason();
        if (why != null) {
          directoryClient.markNotReconstructible(entry.id(), why);
        }
        directoryClient.making(entry.id(), 0); // it has been made, by another process
      }
    } else if ((isOwn(entry.id()) || entry.isKept()) && outcome != null) {
      directoryClient.publish(entry.id(), published(outcome, entry.id(), entry.attempt()));
    }
  }

  /**
   * Returns what the directory is told of an outcome. A value that cannot be encoded becomes a
   * failure for other processes.
   */
  private PublishedObject published(Object outcome, ObjectId id, int attempt) {
    var encoded = new FrameWriter();
    if (outcome instanceof ObjectFailure) {
      write(encoded, outcome, id);
      return new PublishedObject.Failure(attempt, encoded.toBytes());
    }
    try {
      write(encoded, outcome, id);
      return new PublishedObject.Value(attempt, encoded.toBytes(), encoded.carriedRefs());
    } catch (Throwable unwritable) { // the value consists of users' classes
      return published(cannotLeave(id, unwritable), id, attempt);
    }
  }

  private static ObjectFailure cannotLeave(ObjectId id, Throwable why) {
    return new ObjectFailure(() -> new CodecException(
        "Object " + id + " cannot leave its process: " + CapturedThrowable.textOf(why), why));
  }

  /** Returns the objects whose refs are inside, and shares them. */
  List<ObjectId> containedObjects(List<HeldRef> edges) {
    var ids = new ArrayList<ObjectId>();
    for (var edge : edges) {
      var entry = edge.heldEntry();
      if (entry != null) {
        share(entry);
        ids.add(entry.id());
      }
    }
    return ids;
  }

  /** Writes a content or failure; {@code id} names it for later fetches. */
  public void write(FrameWriter out, Object outcome, ObjectId id) {
    wire.write(out, outcome, id);
  }

  /**
   * Writes the result of work that another node has submitted. A sealed result stays here until
   * nobody holds it. The outcome belongs to the frame: if it cannot be written, it is discarded.
   *
   * @return releases the hold for the receiver, to be run once the receiver has stated its own
   * @throws CodecException if a ref inside cannot leave this node, or the frame gets too large
   */
  public Runnable writeResult(FrameWriter out, Object outcome, ObjectId id, int attempt) {
    if (outcome instanceof ObjectContent.Sealed sealed && !fitsFrame(sealed)) {
      var entry = keptHere(id, sealed, attempt);
      out.addCarriedRef(id);
      try {
        write(out, Objects.requireNonNullElse(localCopies.here(id), sealed), id);
      } catch (RuntimeException | Error e) { // the frame is full
        entry.release();
        throw e;
      }
      return entry::release;
    }
    try {
      write(out, outcome, id);
    } catch (RuntimeException | Error e) {
      if (outcome instanceof ObjectContent content) {
        content.discard();
      }
      throw e;
    }
    return outcome instanceof ObjectContent content ? content::discard : () -> {};
  }

  /**
   * Writes a result that nobody can reconstruct. If the receiver shares this host, a large result
   * is lent to it and the directory is not told.
   */
  public Runnable writeOrLendResult(
      FrameWriter out, Object outcome, ObjectId id, int attempt, NodeId to) {
    if (outcome instanceof ObjectContent.Sealed sealed
        && !fitsFrame(sealed)
        && results.canLend(sealed, to)) {
      wire.writeLoan(out, sealed, id, attempt, results.lend(sealed, id, attempt, to));
      return () -> {};
    }
    return writeResult(out, outcome, id, attempt);
  }

  /** Returns the content of a result that {@link #writeOrLendResult} has lent. */
  ObjectContent borrowResult(ObjectLocation location, boolean views, long number) {
    return new ObjectContent.RemoteValue(results.borrow(location, views, number));
  }

  /**
   * Keeps an object that was lent and is shared from now on; {@code known} runs while this node
   * holds it.
   */
  void keepLent(ObjectId id, ObjectContent.Sealed sealed, int attempt, Runnable known) {
    var entry = keptHere(id, sealed, attempt);
    known.run();
    entry.release();
  }

  HoldStatement statementOf(ObjectId id) {
    return directoryClient.statementOf(id);
  }

  /**
   * Keeps a sealed value that was made here. This node may know the object already from a node that
   * has left; a copy that is still here stays, since others may read it.
   *
   * @return its entry, with a hold that the caller releases
   */
  private ObjectEntry keptHere(ObjectId id, ObjectContent.Sealed sealed, int attempt) {
    var entry = importEntry(id);
    if (!(entry.clusterHold() instanceof SharedEntry present)) {
      throw new IllegalStateException("Object " + id + " is imported and not shared");
    }
    if (present.outcome() == null) {
      present.attempt(attempt);
      settle(entry, sealed);
    } else if (present.replace(sealed, attempt)) {
      publish(present);
    } else {
      sealed.discard();
      // otherwise a process that has requested the reconstruction would wait for this attempt
      publish(present);
    }
    return entry;
  }

  /**
   * Returns whether that process can read a large argument in place until it has answered the call:
   * it shares this host, nobody else knows the object, and there are no refs inside.
   */
  public boolean canLend(ObjectEntry entry, NodeId to) {
    return entry.clusterHold() == null
        && entry.outcome() instanceof ObjectContent.Sealed sealed
        && sealed.edges().isEmpty()
        && messaging.sharesMemoryWith(to);
  }

  /**
   * Writes an argument that is lent.
   *
   * @return ends the loan
   */
  public Runnable writeLent(FrameWriter out, ObjectEntry entry) {
    if (!(entry.outcome() instanceof ObjectContent.Sealed sealed)) {
      throw new IllegalArgumentException(entry + " is not sealed here");
    }
    var end = loans.lend(entry);
    localCopies.locationOf(sealed, entry.id()).write(out);
    out.flag(sealed.views());
    return end;
  }

  /** Reads an argument that {@link #writeLent} has written. */
  public ObjectContent readLent(FrameReader in) {
    return remoteContent(ObjectLocation.read(in), List.of(), in.flag());
  }

  /** Returns the object that is lent to another process of this host under this id, or null. */
  ResultLoans.@Nullable LentObject lent(ObjectId id) {
    var argument = loans.lent(id);
    return argument == null ? results.lent(id) : argument;
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
  public boolean send(NodeId to, FrameWriter sealed) {
    boolean sent = messaging.send(to, sealed.toBytes());
    if (!sent) {
      inFlightRefs.releaseAllTo(to);
    }
    return sent;
  }

  /**
   * Runs work after the delay, on a thread that may wait for disks and other processes, unless this
   * node has closed before.
   */
  void runLater(Duration delay, Runnable work) {
    timer.after(delay, () -> store.threads().runInBackground(work));
  }

  /** Runs work on a thread that may wait for disks and other processes. */
  void runInBackground(Runnable work) {
    store.threads().runInBackground(work);
  }

  /**
   * Runs code that writes an outcome: in the calling thread, or on a background thread if the value
   * is small and spilled, so that reading it waits for a disk.
   */
  void runWrite(Object outcome, Runnable write) {
    if (outcome instanceof ObjectContent.Sealed sealed
        && fitsFrame(sealed)
        && sealed.address() == null) {
      store.threads().runInBackground(write);
    } else {
      write.run();
    }
  }

  /** Returns whether the outcome is small enough to travel inside a frame. */
  public boolean fitsFrame(Object outcome) {
    return !(outcome instanceof ObjectContent.RemoteValue)
        && !(outcome instanceof ObjectContent.Sealed sealed && sealed.byteSize() > inlineLimit);
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
    return wire.read(in);
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
    while (true) {
      var entry = shared.computeIfAbsent(id, this::importNew).retained();
      if (entry != null) {
        return entry;
      }
      shared.computeIfPresent(id, (key, present) -> present.isGone() ? null : present);
    }
  }

  /**
   * Returns the entry of an object whose outcome came along, with a hold that the caller releases.
   */
  public ObjectEntry importEntryWith(ObjectId id, Object outcome) {
    return importEntryWith(id, outcome, 1);
  }

  private ObjectEntry importEntryWith(ObjectId id, Object outcome, int attempt) {
    var entry = importEntry(id);
    if (entry.clusterHold() instanceof SharedEntry present) {
      present.attempt(attempt);
    }
    if (entry.outcome() instanceof ObjectContent.RemoteValue(RemoteObject known)
        && known.hasHolderLeft()
        && outcome instanceof ObjectContent.RemoteValue(RemoteObject fresh)) {
      known.tryMoveTo(fresh); // the sender has looked it up since
    }
    settle(entry, outcome);
    return entry;
  }

  private SharedEntry importNew(ObjectId id) {
    var entry = store.createPending(id, new RemoteProducer(id, this));
    var created = new SharedEntry(entry, this);
    entry.setClusterHoldIfAbsent(created);
    store.whenUnreachable(entry, created::onCollected);
    return created;
  }

  ObjectEntry newEntry(SharedEntry of) {
    var entry = store.createPending(of.id(), new RemoteProducer(of.id(), this));
    entry.setClusterHoldIfAbsent(of);
    store.whenUnreachable(entry, of::onCollected);
    return entry;
  }

  /**
   * Reads what {@link HeldRef#export} has written in another process, and creates a hold of the
   * same kind.
   */
  public HeldRef importEdge(FrameReader in) {
    int kind = in.octet();
    return switch (kind) {
      case HeldRef.REF -> {
        var id = ObjectLocation.readId(in);
        in.addReceivedRef(id);
        var entry = importEntry(id);
        var edge = EntryRef.edge(entry);
        entry.release();
        yield edge;
      }
      case HeldRef.HANDLE -> handleReader.apply(in);
      default ->
        throw new CodecException("An edge of kind " + kind + " is of another release.", null);
    };
  }

  ObjectContent remoteContent(ObjectLocation location, List<HeldRef> edges, boolean views) {
    return new ObjectContent.RemoteValue(new RemoteObject(location, edges, views, this));
  }

  private static void settle(ObjectEntry entry, Object outcome) {
    if (outcome instanceof ObjectContent content) {
      entry.complete(content);
    } else {
      entry.fail((ObjectFailure) outcome);
    }
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
    switch (outcome) {
      case ObjectContent.RemoteValue(var remote) -> {
        reconstructions.onReconstructedAt(id, ((RemoteObject) remote).location().holder());
        remote.discard();
      }
      case ObjectContent.Sealed sealed
      when !fitsFrame(sealed) -> keptHere(id, sealed, attempt).release();
      default -> {
        directoryClient.publish(id, published(outcome, id, attempt));
        if (outcome instanceof ObjectContent content) {
          content.discard();
        }
      }
    }
  }

  // ---- objects of other processes

  @Nullable
  SharedEntry sharedEntry(ObjectId id) {
    return shared.get(id);
  }

  /** Looks up the outcome of an object that somebody here waits for. */
  void resolve(ObjectId id) {
    resolver.resolve(id, null).thenAccept(outcome -> {
      var known = shared.get(id);
      if (known != null) {
        settle(known.entry(), outcome);
      } else if (outcome instanceof ObjectContent content) {
        content.discard();
      }
    });
  }

  /** Returns the lookup of the object that is in progress, or null. */
  @Nullable
  WaitPoint lookup(ObjectId id) {
    return resolver.openLookup(id);
  }

  /**
   * Returns what a shared object waits for in this process; null if the object is not known here,
   * or is ready.
   */
  public @Nullable WaitPoint pendingHere(ObjectId id) {
    var known = shared.get(id);
    if (known == null) {
      return null;
    }
    return switch (known.outcome()) {
      case null -> known.entry();
      case ObjectContent.Sealed sealed
      when sealed.address() == null ->
        () -> WaitStep.end("it is read from a disk there", WaitCause.RUNNING);
      default -> null;
    };
  }

  void cancel(ObjectId id, boolean recursive) {
    var frame = FrameWriter.of(FrameKind.CANCEL_OBJECT);
    ObjectLocation.write(frame, id);
    messaging.send(new NodeId(id.node()), frame.flag(recursive).toBytes());
  }

  private void onCancel(NodeId from, FrameReader frame) {
    var known = shared.get(ObjectLocation.readId(frame));
    if (known != null) {
      known.entry().cancel(frame.flag());
    }
  }

  /** Returns whether objects of that process are read in place, or are this one's own. */
  boolean isReadInPlace(NodeId at) {
    return at.equals(membership.self().id()) || hostPeers.readablePeers().contains(at);
  }

  boolean hasLeft(NodeId node) {
    return !node.equals(membership.self().id()) && membership.peer(node) == null;
  }

  /**
   * Looks up another holder of the object, from which it is read from then on. Also completes with
   * true if another call has found one meanwhile.
   */
  CompletionStage<Boolean> locate(RemoteObject object) {
    var last = object.location();
    return resolver
        .resolve(last.id(), last)
        .thenApply(found -> found instanceof ObjectContent.RemoteValue(RemoteObject other)
            && (object.tryMoveTo(other) || !object.location().holder().equals(last.holder())));
  }

  /** Fetches the bytes so that they are readable here. */
  void fetch(RemoteObject object, CompletableFuture<ObjectContent> into) {
    fetcher.fetch(object, into);
  }

  // ---- leaving

  /**
   * Leaves the cluster: releases all holds, hands over the objects that others hold and only this
   * node has, and closes the directory client. Blocks for the limit at most.
   */
  public void leave(Duration limit) {
    results.recall(limit.dividedBy(4));
    shared.values().forEach(SharedEntry::giveUp);
    awaitFrees();
    var wanted = onlyHere().stream().filter(entry -> !replicas.isSpare(entry)).toList();
    var result = handOver.handOver(wanted, replicas::ranks, limit);
    replicas.onHandedOver(result.newHolders());
    var lost = result.remaining().entrySet().stream()
        .filter(each -> !replicas.isElsewhere(each.getKey()))
        .map(each -> each.getKey() + " (" + each.getValue() + ")")
        .toList();
    if (!lost.isEmpty()) {
      LOG.warn(
          "{} of {} objects that others hold and only node {} was not copied to another node within {}; they are lost unless they can be reconstructed: {}{}",
          lost.size(),
          wanted.size(),
          membership.self().id(),
          limit,
          lost.subList(0, Math.min(MAX_NAMED, lost.size())),
          lost.size() > MAX_NAMED ? " and more" : "");
    }
    directoryClient.close();
  }

  /**
   * Returns the objects that were made or put here or taken over and are not freed yet, including
   * small values.
   */
  private List<SharedEntry> onlyHere() {
    return shared.values().stream()
        .filter(entry -> {
          var outcome = entry.outcome();
          return outcome != null
              && canGive(outcome)
              && (!fitsFrame(outcome) || isOwn(entry.id()) || entry.isKept());
        })
        .toList();
  }

  /** Returns whether the outcome is here, so that others can get it. */
  boolean canGive(@Nullable Object outcome) {
    return switch (outcome) {
      case ObjectFailure _, ObjectContent.Immediate _, ObjectContent.Inline _ -> true;
      case ObjectContent.Sealed sealed -> !sealed.isMissing();
      case null, default -> false;
    };
  }

  /**
   * Waits until objects that nobody else holds are freed, which takes a few messages after the
   * holds were released.
   */
  private void awaitFrees() {
    long end = System.nanoTime() + FREES.toNanos();
    try {
      synchronized (freedMonitor) {
        for (long left = FREES.toMillis(); left > 0 && !onlyHere().isEmpty(); ) {
          freedMonitor.wait(left);
          left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Makes this process keep a copy of an object that another process has. Blocks. */
  public void keepCopy(ObjectEntry entry, Deadline deadline) {
    if (entry.outcome() instanceof ObjectContent.RemoteValue(RemoteObject object)) {
      copy(object, () -> {}, deadline);
    }
  }

  /**
   * Copies an object that another node hands over, unless there is a copy here.
   *
   * @param giver the hold statement of that node: the directory may hear of it from here first, and
   *     would otherwise treat the object as one that nobody holds
   */
  void takeOver(RemoteObject object, HoldStatement giver, Deadline deadline) {
    copy(object, () -> directoryClient.relayStatements(List.of(giver)), deadline);
  }

  private void copy(RemoteObject object, Runnable published, Deadline deadline) {
    var id = object.location().id();
    var copy = new RemoteValueCopier(store)
        .copyOf(new ObjectContent.RemoteValue(object), object.edges(), deadline);
    var entry = importEntry(id);
    if (entry.clusterHold() instanceof SharedEntry present
        && present.replace(copy, object.location().attempt())) {
      publish(present);
    } else {
      copy.discard(); // there is a copy here already
    }
    published.run();
    entry.release();
  }

  /** Takes over a small value or a failure, which is kept for others. */
  void takeOver(ObjectId id, Object outcome, int attempt, HoldStatement giver) {
    var entry = importEntryWith(id, outcome, attempt);
    if (entry.clusterHold() instanceof SharedEntry present) {
      present.keep();
      publish(present);
    }
    directoryClient.relayStatements(List.of(giver));
    entry.release();
  }

  // ---- replicas

  /**
   * Replicates an object of this process to that many nodes. Blocks.
   *
   * @throws io.mobula.error.TooFewCopiesException when there are not enough copies in time
   */
  public void replicate(ObjectEntry entry, int copies, Duration within) {
    share(entry);
    if (entry.clusterHold() instanceof SharedEntry present) {
      replicas.create(present, copies, within);
    }
  }

  // ---- releasing

  void releaseHold(ObjectId id) {
    directoryClient.release(id);
  }

  void announceHold(ObjectId id) {
    directoryClient.hold(id);
  }

  /**
   * Releases this process's hold. Drops a value that came from elsewhere or was damaged here, and
   * returns true; a value that was sealed here stays.
   */
  boolean releaseAndDrop(SharedEntry entry) {
    var id = entry.id();
    var sealed = entry.outcome() instanceof ObjectContent.Sealed made ? made : null;
    boolean isDropped = !isOwn(id) && !entry.isKept() && (sealed == null || sealed.isMissing());
    if (isDropped && (sealed != null || localCopies.ownCopy(id) != null)) {
      directoryClient.retract(id); // the copy is dropped, too
    }
    directoryClient.release(id);
    boolean removed = isDropped && shared.remove(id, entry);
    if (removed && sealed != null) {
      replicas.forget(id);
    }
    return removed;
  }

  @Override
  public void freed(ObjectId id) {
    var known = shared.remove(id);
    replicas.forget(id);
    if (known != null) {
      known.markGone();
    }
    synchronized (freedMonitor) {
      freedMonitor.notifyAll();
    }
  }

  /**
   * Drops a copy that the directory refuses. If this process holds the object, it goes on reading
   * the copy; no other process gets it.
   */
  @Override
  public void refused(ObjectId id, int attempt, int accepted) {
    var known = shared.get(id);
    if (known != null && !known.isHeld()) {
      freed(id);
    }
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
