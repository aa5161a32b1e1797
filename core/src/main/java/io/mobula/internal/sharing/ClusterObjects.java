package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.CodecException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.wait.WaitPoint;
import io.mobula.internal.wait.WaitStep;
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
 * The shared objects of one node: gives refs and values to other processes and takes theirs in.
 * Safe for all threads; nothing but {@link #leave} blocks.
 */
public final class ClusterObjects implements DirectoryListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterObjects.class);
  private static final int CANCEL = 3;
  private static final Duration FREES = Duration.ofMillis(500);
  private static final int MOST_NAMED = 20;

  private final ObjectStore store;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final PeerInternTable internTable;
  private final ValueCodec wire;
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
   * Answers other nodes from now on.
   *
   * @param inlineLimit up to how many bytes a value travels inside a frame
   */
  public ClusterObjects(
      ObjectStore store,
      SharedStore memory,
      Membership membership,
      PeerTransport peerTransport,
      FrameRouter router,
      long inlineLimit) {
    this.store = store;
    this.membership = membership;
    this.peerTransport = peerTransport;
    this.inlineLimit = inlineLimit;
    this.notReconstructibleReason = membership.self()
        + " has put it, or made it for itself, and such values are not made again";
    this.internTable = new PeerInternTable(peerTransport, router);
    this.directoryClient = new DirectoryClient(membership.self().id());
    this.localCopies = new LocalCopies(this, directoryClient, membership);
    this.wire = new ValueCodec(store, this, localCopies, inlineLimit);
    this.inFlightRefs = new InFlightRefs(directoryClient, membership, peerTransport, router);
    this.reconstructions = new ReconstructionTracker(directoryClient, membership);
    this.resolver = new ObjectResolver(
        this, localCopies, directoryClient, reconstructions, membership, peerTransport, router);
    this.hostPeers = new SameHostPeers(memory, store, membership, peerTransport, router);
    var _ = new ClusterGarbageCollection(
        store, membership, peerTransport, router); // it hears of what it needs
    this.handOver = new ObjectHandOver(this, store, membership, peerTransport, router);
    this.replicas = new ReplicaKeeper(this, handOver, store, membership, peerTransport, router);
    var pinRequests = new ObjectPinRequests(localCopies, store, membership, peerTransport, router);
    this.puller = new ObjectPuller(
        localCopies, pinRequests, directoryClient, store, membership, peerTransport, router);
    this.hostPulls = new HostPullCoordinator(
        localCopies, puller, hostPeers, store, membership, peerTransport, router);
    this.fetcher = new ObjectFetcher(
        store, membership, localCopies, hostPeers, pinRequests, hostPulls, resolver);
    this.results = new ResultLoans(this, store, directoryClient, membership, peerTransport, router);
    router.on(CANCEL, this::onCancel);
    FrameProbeTransport.connect(store.deadlockDetector(), this, peerTransport, router);
    store.setExporter(entry -> {
      share(entry);
      return entry;
    });
  }

  /** Counts with this directory from now on; before the first object is shared. */
  public void useDirectory(ObjectDirectory directory) {
    directoryClient.open(directory);
  }

  /** Brings and gives objects over the network with what this makes; before frames come. */
  public void useTransfer(Function<ObjectSource, ObjectTransfer> maker) {
    puller.useTransfer(maker);
  }

  /** How handles of actors come in; set once, before frames come. */
  public void setHandleReader(Function<FrameReader, HeldRef> importer) {
    handleReader = importer;
  }

  /** Makes lost objects again. */
  @FunctionalInterface
  public interface Reconstructor {
    /** Starts the task that the recipe describes, to be published as this attempt. */
    void reconstruct(ObjectId id, int attempt, byte[] recipe);
  }

  /** How lost objects are made again; set once, before frames come. */
  public void setReconstructor(Reconstructor with) {
    resolver.setReconstructor(with::reconstruct);
  }

  /** What this node says to others again and again. */
  public PeerInternTable internTable() {
    return internTable;
  }

  // ---- out

  /** Other processes may hold this object of the present process from now on. */
  public void share(ObjectEntry entry) {
    share(entry, true);
  }

  /** The value of this entry is in another process, which has said so. */
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

  /** Tells the directory what has become of an object that was made here. */
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
        directoryClient.making(entry.id(), 0); // it is made, elsewhere
      }
    } else if ((isOwn(entry.id()) || entry.isKept()) && outcome != null) {
      directoryClient.publish(entry.id(), published(outcome, entry.id(), entry.attempt()));
    }
  }

  /** What others are told of it; a value that cannot be written is a failure to them. */
  private PublishedObject published(Object outcome, ObjectId id, int attempt) {
    var encoded = new FrameWriter();
    if (outcome instanceof ObjectFailure) {
      write(encoded, outcome, id);
      return new PublishedObject.Failure(attempt, encoded.toBytes());
    }
    try {
      write(encoded, outcome, id);
      return new PublishedObject.Value(attempt, encoded.toBytes(), encoded.carriedRefs());
    } catch (Throwable unwritable) { // what is inside is of users' classes
      return published(cannotLeave(id, unwritable), id, attempt);
    }
  }

  private static ObjectFailure cannotLeave(ObjectId id, Throwable why) {
    return new ObjectFailure(() -> new CodecException(
        "Object " + id + " cannot leave its process: " + CapturedThrowable.textOf(why), why));
  }

  /** The objects whose refs are inside; they are shared, too, from now on. */
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

  /** Writes a content or failure; {@code id} names it for whoever fetches it. */
  public void write(FrameWriter out, Object outcome, ObjectId id) {
    wire.write(out, outcome, id);
  }

  /**
   * Writes the result of work that another node has submitted. What is sealed here stays until
   * nobody holds it. The outcome is the frame's: if it cannot be written it is discarded.
   *
   * @return gives back what is held for the receiver, once it has said what it holds
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
   * The same for a result that nobody makes again when it is lost: where the receiver shares this
   * host it has a large one on loan, and the directory hears nothing of it.
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

  /** What {@link #writeOrLendResult} has lent. */
  ObjectContent borrowResult(ObjectLocation location, boolean views, long number) {
    return new ObjectContent.RemoteValue(results.borrow(location, views, number));
  }

  /** What was on loan is counted from now on; {@code known} runs while this node holds it. */
  void keepLent(ObjectId id, ObjectContent.Sealed sealed, int attempt, Runnable known) {
    var entry = keptHere(id, sealed, attempt);
    known.run();
    entry.release();
  }

  HoldStatement statementOf(ObjectId id) {
    return directoryClient.statementOf(id);
  }

  /**
   * Has this node keep what was made here. It may know the object already, from a node that is
   * gone; a copy that is still here stays, since others may read it.
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
      publish(present); // or whoever has it made again would wait for this attempt
    }
    return entry;
  }

  /**
   * Whether a large argument can be read in place by that process until it has answered the call:
   * it is of this host, nobody else knows of the object, and there are no refs inside.
   */
  public boolean canLend(ObjectEntry entry, NodeId to) {
    return entry.clusterHold() == null
        && entry.outcome() instanceof ObjectContent.Sealed sealed
        && sealed.edges().isEmpty()
        && peerTransport.sharesMemoryWith(to);
  }

  /**
   * Writes such an argument.
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

  /** Reads what {@link #writeLent} wrote. */
  public ObjectContent readLent(FrameReader in) {
    return remoteContent(ObjectLocation.read(in), List.of(), in.flag());
  }

  /** What another process of this host has on loan from this one, or null. */
  ResultLoans.@Nullable LentObject lent(ObjectId id) {
    var argument = loans.lent(id);
    return argument == null ? results.lent(id) : argument;
  }

  /** Ends a frame that may carry refs; see {@link InFlightRefs#finishFrame}. */
  public void finishFrame(FrameWriter frame, NodeId to, Runnable release) {
    inFlightRefs.finishFrame(frame, to, release);
  }

  /**
   * Ends bytes that travel in a message of the user's; see
   * {@link InFlightRefs#finishForAnyReceiver}.
   */
  public Runnable finishForAnyReceiver(FrameWriter bytes, Runnable release) {
    return inFlightRefs.finishForAnyReceiver(bytes, release);
  }

  /** Sends a sealed frame; false if the peer is gone. */
  public boolean send(NodeId to, FrameWriter sealed) {
    boolean sent = peerTransport.send(to, sealed.toBytes());
    if (!sent) {
      inFlightRefs.releaseAllTo(to);
    }
    return sent;
  }

  /** Runs it in a thread that may wait for disks and other processes. */
  void runInBackground(Runnable work) {
    store.runInBackground(work);
  }

  /**
   * Runs what writes an outcome: in the calling thread, or where it may wait for a disk if it is
   * small and spilled.
   */
  void runWrite(Object outcome, Runnable write) {
    if (outcome instanceof ObjectContent.Sealed sealed
        && fitsFrame(sealed)
        && sealed.address() == null) {
      store.runInBackground(write);
    } else {
      write.run();
    }
  }

  /** Whether it is small enough to travel inside a frame. */
  public boolean fitsFrame(Object outcome) {
    return !(outcome instanceof ObjectContent.RemoteValue)
        && !(outcome instanceof ObjectContent.Sealed sealed && sealed.byteSize() > inlineLimit);
  }

  /** Writes an id. */
  public static void writeId(FrameWriter out, ObjectId id) {
    ObjectLocation.write(out, id);
  }

  /** Reads an id. */
  public static ObjectId readId(FrameReader in) {
    return ObjectLocation.readId(in);
  }

  // ---- in

  /** Reads a content or failure. */
  public Object read(FrameReader in) {
    return wire.read(in);
  }

  /** Goes on to the end of a sealed frame whose inside cannot be read. */
  public void acknowledgeUnreadable(NodeId from, FrameReader in) {
    inFlightRefs.acknowledgeUnreadable(from, in);
  }

  /** Reads the end of a sealed frame, after what it brought has been taken in or dropped. */
  public void acknowledgeRefs(NodeId from, FrameReader in) {
    inFlightRefs.acknowledgeRefs(from, in);
  }

  /** Reads the end of such bytes as {@link #finishForAnyReceiver} ends. */
  public void acknowledgeRefsFromAnySender(FrameReader bytes) {
    inFlightRefs.acknowledgeRefsFromAnySender(bytes);
  }

  /**
   * The entry of an object that another process knows, too, with a hold that the caller releases.
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

  /** The same, with the outcome that came along. */
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
      known.tryMoveTo(fresh); // the sender has looked for it since
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

  /** Reads what {@link HeldRef#export} wrote in another process: a hold of the same kind. */
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

  // ---- making again

  /** Says why an outcome that has come from another process cannot be made again. */
  public void markNotReconstructible(Object outcome, Supplier<String> why) {
    if (outcome instanceof ObjectContent.RemoteValue(RemoteObject remote)) {
      remote.notReconstructibleReason(why);
    }
  }

  /** How objects can be made again by this recipe: what it carries is kept for that. */
  public static Lineage lineage(FrameWriter recipe) {
    return new Lineage(
        recipe.toBytes(), recipe.carriedRefs().stream().distinct().toList());
  }

  /** Says how the objects can be made again. */
  public void recordLineage(List<ObjectId> ids, Lineage lineage) {
    ids.forEach(id -> directoryClient.recordLineage(id, lineage));
  }

  /** This node has made an object again, or another has done it for this one. */
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

  // ---- asking for what is elsewhere

  @Nullable
  SharedEntry sharedEntry(ObjectId id) {
    return shared.get(id);
  }

  /** Somebody here wants to know what has become of it. */
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

  /** The search for it that goes on at this moment, or null. */
  @Nullable
  WaitPoint lookup(ObjectId id) {
    return resolver.openLookup(id);
  }

  /**
   * What an object waits for here that other processes know; null if it is not known here, or is
   * there.
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
    var frame = new FrameWriter().octet(CANCEL);
    ObjectLocation.write(frame, id);
    peerTransport.send(new NodeId(id.node()), frame.flag(recursive).toBytes());
  }

  private void onCancel(NodeId from, FrameReader frame) {
    var known = shared.get(ObjectLocation.readId(frame));
    if (known != null) {
      known.entry().cancel(frame.flag());
    }
  }

  /** Whether objects of that process are read where they lie, or are this one's own. */
  boolean isReadInPlace(NodeId at) {
    return at.equals(membership.self().id()) || hostPeers.readablePeers().contains(at);
  }

  boolean hasLeft(NodeId node) {
    return !node.equals(membership.self().id()) && membership.peer(node) == null;
  }

  /**
   * Looks for another place of it, from which it is read from then on. Another call may have found
   * one meanwhile.
   */
  CompletionStage<Boolean> locate(RemoteObject object) {
    var last = object.location();
    return resolver
        .resolve(last.id(), last)
        .thenApply(found -> found instanceof ObjectContent.RemoteValue(RemoteObject other)
            && (object.tryMoveTo(other) || !object.location().holder().equals(last.holder())));
  }

  /** Makes the bytes readable here. */
  void fetch(RemoteObject object, CompletableFuture<ObjectContent> into) {
    fetcher.fetch(object, into);
  }

  // ---- leaving

  /**
   * This node leaves: gives up its holds, has others copy what they still hold and only this node
   * has, and counts no more. Blocks for the limit at most.
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
          "{} of {} objects that others hold and only node {} has found no place within {}; they are lost unless they can be made again: {}{}",
          lost.size(),
          wanted.size(),
          membership.self().id(),
          limit,
          lost.subList(0, Math.min(MOST_NAMED, lost.size())),
          lost.size() > MOST_NAMED ? " and more" : "");
    }
    directoryClient.close();
  }

  /** What was made here, put here or taken over, and is not freed yet; small values, too. */
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

  /** Whether an outcome is here, so that others can be given it. */
  boolean canGive(@Nullable Object outcome) {
    return switch (outcome) {
      case ObjectFailure _, ObjectContent.Immediate _, ObjectContent.Inline _ -> true;
      case ObjectContent.Sealed sealed -> !sealed.isMissing();
      case null, default -> false;
    };
  }

  /** What nobody else holds is freed a few messages after the holds were given up. */
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

  /** Has this process keep a copy of its own of an object that another has. Blocks. */
  public void keepCopy(ObjectEntry entry, Deadline deadline) {
    if (entry.outcome() instanceof ObjectContent.RemoteValue(RemoteObject object)) {
      copy(object, () -> {}, deadline);
    }
  }

  /**
   * Makes a copy of its own of what another node has and gives, unless there is one.
   *
   * @param giver what that node says of its hold: the directory may hear of it here first, and
   *     would take the object for one that nobody holds
   */
  void takeOver(RemoteObject object, HoldStatement giver, Deadline deadline) {
    copy(object, () -> directoryClient.relayStatements(List.of(giver)), deadline);
  }

  private void copy(RemoteObject object, Runnable published, Deadline deadline) {
    var id = object.location().id();
    var copy = store.copyOf(new ObjectContent.RemoteValue(object), object.edges(), deadline);
    var entry = importEntry(id);
    if (entry.clusterHold() instanceof SharedEntry present
        && present.replace(copy, object.location().attempt())) {
      publish(present);
    } else {
      copy.discard(); // there was one already
    }
    published.run();
    entry.release();
  }

  /** The same for a small value or a failure, which is kept for others. */
  void takeOver(ObjectId id, Object outcome, int attempt, HoldStatement giver) {
    var entry = importEntryWith(id, outcome, attempt);
    if (entry.clusterHold() instanceof SharedEntry present) {
      present.keep();
      publish(present);
    }
    directoryClient.relayStatements(List.of(giver));
    entry.release();
  }

  // ---- several copies

  /**
   * Has this object of the present process be on so many nodes. Blocks.
   *
   * @throws io.mobula.error.TooFewCopiesException when it is not in time
   */
  public void replicate(ObjectEntry entry, int copies, Duration within) {
    share(entry);
    if (entry.clusterHold() instanceof SharedEntry present) {
      replicas.create(present, copies, within);
    }
  }

  // ---- the end of sharing

  void releaseHold(ObjectId id) {
    directoryClient.release(id);
  }

  void announceHold(ObjectId id) {
    directoryClient.hold(id);
  }

  /**
   * This process holds it no more. What came from elsewhere, or has come to harm here, is dropped:
   * true; what is sealed here stays.
   */
  boolean releaseAndDrop(SharedEntry entry) {
    var id = entry.id();
    var sealed = entry.outcome() instanceof ObjectContent.Sealed made ? made : null;
    boolean isDropped = !isOwn(id) && !entry.isKept() && (sealed == null || sealed.isMissing());
    if (isDropped && (sealed != null || localCopies.ownCopy(id) != null)) {
      directoryClient.retract(id); // the copy goes with it
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

  /** Whoever holds it here goes on reading this copy; nobody else gets it. */
  @Override
  public void refused(ObjectId id, int attempt, int accepted) {
    var known = shared.get(id);
    if (known != null && !known.isHeld()) {
      freed(id);
    }
  }

  /** Says and asks no more, and lets go of what belongs to other processes. */
  @Override
  public void close() {
    directoryClient.close();
    puller.close();
    hostPulls.close();
    hostPeers.close();
  }
}
