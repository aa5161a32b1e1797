package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.WaitReport.WaitCause;
import io.mobula.error.CodecException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerTransport;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.lane.FrameRouter;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.Kept;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.store.Ref;
import io.mobula.internal.wait.Awaited;
import io.mobula.internal.wait.WaitStep;
import io.mobula.spi.DirectoryListener;
import io.mobula.spi.HoldStatement;
import io.mobula.spi.Lineage;
import io.mobula.spi.ObjectDirectory;
import io.mobula.spi.ObjectSource;
import io.mobula.spi.ObjectTransfer;
import io.mobula.spi.Published;
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
public final class Sharing implements DirectoryListener, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sharing.class);
  private static final int CANCEL = 3;
  private static final Duration FREES = Duration.ofMillis(500);
  private static final int MOST_NAMED = 20;

  private final ObjectStore store;
  private final Membership membership;
  private final PeerTransport peerTransport;
  private final PeerInternTable internTable;
  private final ValueWire wire;
  private final long inlineLimit;
  private final Neighbours neighbours;
  private final Counting counting;
  private final Custody custody;
  private final Object frees = new Object();
  private final String madeForItself;
  private final Remaking remaking;
  private final Lookups lookups;
  private final Copies copies;
  private final Transfers transfers;
  private final HostPulls hostPulls;
  private final Reading reading;
  private final HandOver handOver;
  private final ReplicaKeeper replicas;
  private final ArgumentLoans loans = new ArgumentLoans();
  private final ResultLoans results;
  private final Map<ObjectId, SharedEntry> shared = new ConcurrentHashMap<>();
  private volatile Function<FrameReader, Kept> handles = in -> {
    throw new CodecException("This node knows no actors.", null);
  };

  /**
   * Answers other nodes from now on.
   *
   * @param inlineLimit up to how many bytes a value travels inside a frame
   */
  public Sharing(
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
    this.madeForItself = membership.self()
        + " has put it, or made it for itself, and such values are not made again";
    this.internTable = new PeerInternTable(peerTransport, router);
    this.counting = new Counting(membership.self().id());
    this.copies = new Copies(this, counting, membership);
    this.wire = new ValueWire(store, this, copies, inlineLimit);
    this.custody = new Custody(counting, membership, peerTransport, router);
    this.remaking = new Remaking(counting, membership);
    this.lookups = new Lookups(this, copies, counting, remaking, membership, peerTransport, router);
    this.neighbours = new Neighbours(memory, store, membership, peerTransport, router);
    var _ = new Collecting(store, membership, peerTransport, router); // it hears of what it needs
    this.handOver = new HandOver(this, store, membership, peerTransport, router);
    this.replicas = new ReplicaKeeper(this, handOver, store, membership, peerTransport, router);
    var claims = new Claims(copies, store, membership, peerTransport, router);
    this.transfers = new Transfers(copies, claims, counting, store, membership, peerTransport, router);
    this.hostPulls = new HostPulls(copies, transfers, neighbours, store, membership, peerTransport, router);
    this.reading = new Reading(store, membership, copies, neighbours, claims, hostPulls, lookups);
    this.results = new ResultLoans(this, store, counting, membership, peerTransport, router);
    router.on(CANCEL, this::onCancel);
    Probes.connect(store.chase(), this, peerTransport, router);
    store.sharing(entry -> {
      adopt(entry);
      return entry;
    });
  }

  /** Counts with this directory from now on; before the first object is shared. */
  public void countWith(ObjectDirectory directory) {
    counting.open(directory);
  }

  /** Brings and gives objects over the network with what this makes; before frames come. */
  public void transferWith(Function<ObjectSource, ObjectTransfer> maker) {
    transfers.use(maker);
  }

  /** How handles of actors come in; set once, before frames come. */
  public void handles(Function<FrameReader, Kept> importer) {
    handles = importer;
  }

  /** Makes lost objects again. */
  @FunctionalInterface
  public interface Rebuilder {
    /** Starts the task that the recipe describes, to be published as this attempt. */
    void rebuild(ObjectId id, int attempt, byte[] recipe);
  }

  /** How lost objects are made again; set once, before frames come. */
  public void rebuilder(Rebuilder with) {
    lookups.rebuilder(with::rebuild);
  }

  /** What this node says to others again and again. */
  public PeerInternTable phrases() {
    return internTable;
  }

  // ---- out

  /** Other processes may hold this object of the present process from now on. */
  public void adopt(ObjectEntry entry) {
    adopt(entry, true);
  }

  /** The value of this entry is in another process, which has said so. */
  void adoptMade(ObjectEntry entry) {
    adopt(entry, false);
  }

  private void adopt(ObjectEntry entry, boolean toBeMade) {
    if (entry.sharer() != null) {
      return;
    }
    var fresh = new SharedEntry(entry, this);
    if (entry.share(fresh) != fresh) {
      return;
    }
    shared.put(fresh.id(), fresh);
    store.whenUnreachable(entry, fresh::collected);
    fresh.hold();
    if (fresh.outcome() != null) {
      publish(fresh);
    } else if (entry.outcome() != null) {
      fresh.settled(entry);
    } else if (toBeMade && isOwn(fresh.id())) {
      counting.making(fresh.id(), 1);
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
    if (outcome instanceof Content.InStore sealed && !fitsFrame(sealed)) {
      if (isOwn(entry.id())) {
        counting.madeOnce(entry.id(), madeForItself);
      }
      counting.publish(
          entry.id(),
          new Published.Sealed(entry.attempt(), sealed.byteSize(), true, contents(sealed.edges())));
    } else if (outcome instanceof Content.Away(var remote)) {
      ((RemoteObject) remote).shared();
      if (isOwn(entry.id())) {
        var why = ((RemoteObject) remote).madeOnce();
        if (why != null) {
          counting.madeOnce(entry.id(), why);
        }
        counting.making(entry.id(), 0); // it is made, elsewhere
      }
    } else if ((isOwn(entry.id()) || entry.isKept()) && outcome != null) {
      counting.publish(entry.id(), published(outcome, entry.id(), entry.attempt()));
    }
  }

  /** What others are told of it; a value that cannot be written is a failure to them. */
  private Published published(Object outcome, ObjectId id, int attempt) {
    var encoded = new FrameWriter();
    if (outcome instanceof Failure) {
      write(encoded, outcome, id);
      return new Published.Failure(attempt, encoded.toBytes());
    }
    try {
      write(encoded, outcome, id);
      return new Published.Value(attempt, encoded.toBytes(), encoded.carriedRefs());
    } catch (Throwable unwritable) { // what is inside is of users' classes
      return published(cannotLeave(id, unwritable), id, attempt);
    }
  }

  private static Failure cannotLeave(ObjectId id, Throwable why) {
    return new Failure(() -> new CodecException(
        "Object " + id + " cannot leave its process: " + CapturedThrowable.textOf(why), why));
  }

  /** The objects whose refs are inside; they are shared, too, from now on. */
  List<ObjectId> contents(List<Kept> edges) {
    var ids = new ArrayList<ObjectId>();
    for (var edge : edges) {
      var entry = edge.pointsTo();
      if (entry != null) {
        adopt(entry);
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
  public Runnable give(FrameWriter out, Object outcome, ObjectId id, int attempt) {
    if (outcome instanceof Content.InStore sealed && !fitsFrame(sealed)) {
      var entry = keptHere(id, sealed, attempt);
      out.addCarriedRef(id);
      try {
        write(out, Objects.requireNonNullElse(copies.here(id), sealed), id);
      } catch (RuntimeException | Error e) { // the frame is full
        entry.release();
        throw e;
      }
      return entry::release;
    }
    try {
      write(out, outcome, id);
    } catch (RuntimeException | Error e) {
      if (outcome instanceof Content content) {
        content.discard();
      }
      throw e;
    }
    return outcome instanceof Content content ? content::discard : () -> {};
  }

  /**
   * The same for a result that nobody makes again when it is lost: where the receiver shares this
   * host it has a large one on loan, and the directory hears nothing of it.
   */
  public Runnable giveOrLend(FrameWriter out, Object outcome, ObjectId id, int attempt, NodeId to) {
    if (outcome instanceof Content.InStore sealed
        && !fitsFrame(sealed)
        && results.canGive(sealed, to)) {
      wire.writeLoan(out, sealed, id, attempt, results.give(sealed, id, attempt, to));
      return () -> {};
    }
    return give(out, outcome, id, attempt);
  }

  /** What {@link #giveOrLend} has lent. */
  Content onLoan(Location location, boolean views, long number) {
    return new Content.Away(results.borrow(location, views, number));
  }

  /** What was on loan is counted from now on; {@code known} runs while this node holds it. */
  void keep(ObjectId id, Content.InStore sealed, int attempt, Runnable known) {
    var entry = keptHere(id, sealed, attempt);
    known.run();
    entry.release();
  }

  HoldStatement statementOf(ObjectId id) {
    return counting.statementOf(id);
  }

  /**
   * Has this node keep what was made here. It may know the object already, from a node that is
   * gone; a copy that is still here stays, since others may read it.
   *
   * @return its entry, with a hold that the caller releases
   */
  private ObjectEntry keptHere(ObjectId id, Content.InStore sealed, int attempt) {
    var entry = imported(id);
    if (!(entry.sharer() instanceof SharedEntry present)) {
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
    return entry.sharer() == null
        && entry.outcome() instanceof Content.InStore sealed
        && sealed.edges().isEmpty()
        && peerTransport.sharesMemoryWith(to);
  }

  /**
   * Writes such an argument.
   *
   * @return ends the loan
   */
  public Runnable lend(FrameWriter out, ObjectEntry entry) {
    if (!(entry.outcome() instanceof Content.InStore sealed)) {
      throw new IllegalArgumentException(entry + " is not sealed here");
    }
    var end = loans.lend(entry);
    copies.locationOf(sealed, entry.id()).write(out);
    out.flag(sealed.views());
    return end;
  }

  /** Reads what {@link #lend} wrote. */
  public Content borrowed(FrameReader in) {
    return stored(Location.read(in), List.of(), in.flag());
  }

  /** What another process of this host has on loan from this one, or null. */
  ResultLoans.@Nullable Given lent(ObjectId id) {
    var argument = loans.lent(id);
    return argument == null ? results.lent(id) : argument;
  }

  /** Ends a frame that may carry refs; see {@link Custody#seal}. */
  public void seal(FrameWriter frame, NodeId to, Runnable release) {
    custody.seal(frame, to, release);
  }

  /** Ends bytes that travel in a message of the user's; see {@link Custody#sealForAnybody}. */
  public Runnable sealForAnybody(FrameWriter bytes, Runnable release) {
    return custody.sealForAnybody(bytes, release);
  }

  /** Sends a sealed frame; false if the peer is gone. */
  public boolean send(NodeId to, FrameWriter sealed) {
    boolean sent = peerTransport.send(to, sealed.toBytes());
    if (!sent) {
      custody.undeliverable(to);
    }
    return sent;
  }

  /** Runs it in a thread that may wait for disks and other processes. */
  void background(Runnable work) {
    store.background(work);
  }

  /**
   * Runs what writes an outcome: in the calling thread, or where it may wait for a disk if it is
   * small and spilled.
   */
  void writing(Object outcome, Runnable write) {
    if (outcome instanceof Content.InStore sealed
        && fitsFrame(sealed)
        && sealed.address() == null) {
      store.background(write);
    } else {
      write.run();
    }
  }

  /** Whether it is small enough to travel inside a frame. */
  public boolean fitsFrame(Object outcome) {
    return !(outcome instanceof Content.Away)
        && !(outcome instanceof Content.InStore sealed && sealed.byteSize() > inlineLimit);
  }

  /** Writes an id. */
  public static void writeId(FrameWriter out, ObjectId id) {
    Location.write(out, id);
  }

  /** Reads an id. */
  public static ObjectId readId(FrameReader in) {
    return Location.readId(in);
  }

  // ---- in

  /** Reads a content or failure. */
  public Object read(FrameReader in) {
    return wire.read(in);
  }

  /** Goes on to the end of a sealed frame whose inside cannot be read. */
  public void dropped(NodeId from, FrameReader in) {
    custody.dropped(from, in);
  }

  /** Reads the end of a sealed frame, after what it brought has been taken in or dropped. */
  public void received(NodeId from, FrameReader in) {
    custody.received(from, in);
  }

  /** Reads the end of such bytes as {@link #sealForAnybody} ends. */
  public void receivedFromAnybody(FrameReader bytes) {
    custody.receivedFromAnybody(bytes);
  }

  /**
   * The entry of an object that another process knows, too, with a hold that the caller releases.
   */
  public ObjectEntry imported(ObjectId id) {
    while (true) {
      var entry = shared.computeIfAbsent(id, this::importNew).retained();
      if (entry != null) {
        return entry;
      }
      shared.computeIfPresent(id, (key, present) -> present.isGone() ? null : present);
    }
  }

  /** The same, with the outcome that came along. */
  public ObjectEntry importedWith(ObjectId id, Object outcome) {
    return importedWith(id, outcome, 1);
  }

  private ObjectEntry importedWith(ObjectId id, Object outcome, int attempt) {
    var entry = imported(id);
    if (entry.sharer() instanceof SharedEntry present) {
      present.attempt(attempt);
    }
    if (entry.outcome() instanceof Content.Away(RemoteObject known)
        && known.hasLeft()
        && outcome instanceof Content.Away(RemoteObject fresh)) {
      known.movesTo(fresh); // the sender has looked for it since
    }
    settle(entry, outcome);
    return entry;
  }

  private SharedEntry importNew(ObjectId id) {
    var entry = store.pending(id, new Fetch(id, this));
    var created = new SharedEntry(entry, this);
    entry.share(created);
    store.whenUnreachable(entry, created::collected);
    return created;
  }

  ObjectEntry newEntry(SharedEntry of) {
    var entry = store.pending(of.id(), new Fetch(of.id(), this));
    entry.share(of);
    store.whenUnreachable(entry, of::collected);
    return entry;
  }

  /** Reads what {@link Kept#export} wrote in another process: a hold of the same kind. */
  public Kept importEdge(FrameReader in) {
    int kind = in.octet();
    return switch (kind) {
      case Kept.REF -> {
        var id = Location.readId(in);
        in.addReceivedRef(id);
        var entry = imported(id);
        var edge = Ref.edge(entry);
        entry.release();
        yield edge;
      }
      case Kept.HANDLE -> handles.apply(in);
      default ->
        throw new CodecException("An edge of kind " + kind + " is of another release.", null);
    };
  }

  Content stored(Location location, List<Kept> edges, boolean views) {
    return new Content.Away(new RemoteObject(location, edges, views, this));
  }

  private static void settle(ObjectEntry entry, Object outcome) {
    if (outcome instanceof Content content) {
      entry.complete(content);
    } else {
      entry.fail((Failure) outcome);
    }
  }

  // ---- making again

  /** Says why an outcome that has come from another process cannot be made again. */
  public void madeOnce(Object outcome, Supplier<String> why) {
    if (outcome instanceof Content.Away(RemoteObject remote)) {
      remote.madeOnce(why);
    }
  }

  /** How objects can be made again by this recipe: what it carries is kept for that. */
  public static Lineage lineage(FrameWriter recipe) {
    return new Lineage(recipe.toBytes(), recipe.carriedRefs().stream().distinct().toList());
  }

  /** Says how the objects can be made again. */
  public void remember(List<ObjectId> ids, Lineage lineage) {
    ids.forEach(id -> counting.remember(id, lineage));
  }

  /** This node has made an object again, or another has done it for this one. */
  public void rebuilt(ObjectId id, int attempt, Object outcome) {
    switch (outcome) {
      case Content.Away(var remote) -> {
        remaking.madeAt(id, ((RemoteObject) remote).location().at());
        remote.discard();
      }
      case Content.InStore sealed
      when !fitsFrame(sealed) -> keptHere(id, sealed, attempt).release();
      default -> {
        counting.publish(id, published(outcome, id, attempt));
        if (outcome instanceof Content content) {
          content.discard();
        }
      }
    }
  }

  // ---- asking for what is elsewhere

  @Nullable
  SharedEntry known(ObjectId id) {
    return shared.get(id);
  }

  /** Somebody here wants to know what has become of it. */
  void resolve(ObjectId id) {
    lookups.find(id, null).thenAccept(outcome -> {
      var known = shared.get(id);
      if (known != null) {
        settle(known.entry(), outcome);
      } else if (outcome instanceof Content content) {
        content.discard();
      }
    });
  }

  /** The search for it that goes on at this moment, or null. */
  @Nullable
  Awaited lookup(ObjectId id) {
    return lookups.open(id);
  }

  /**
   * What an object waits for here that other processes know; null if it is not known here, or is
   * there.
   */
  public @Nullable Awaited pendingHere(ObjectId id) {
    var known = shared.get(id);
    if (known == null) {
      return null;
    }
    return switch (known.outcome()) {
      case null -> known.entry();
      case Content.InStore sealed
      when sealed.address() == null ->
        () -> WaitStep.end("it is read from a disk there", WaitCause.RUNNING);
      default -> null;
    };
  }

  void cancel(ObjectId id, boolean recursive) {
    var frame = new FrameWriter().octet(CANCEL);
    Location.write(frame, id);
    peerTransport.send(new NodeId(id.node()), frame.flag(recursive).toBytes());
  }

  private void onCancel(NodeId from, FrameReader frame) {
    var known = shared.get(Location.readId(frame));
    if (known != null) {
      known.entry().cancel(frame.flag());
    }
  }

  /** Whether objects of that process are read where they lie, or are this one's own. */
  boolean isReadInPlace(NodeId at) {
    return at.equals(membership.self().id()) || neighbours.here().contains(at);
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
    return lookups
        .find(last.id(), last)
        .thenApply(found -> found instanceof Content.Away(RemoteObject other)
            && (object.movesTo(other) || !object.location().at().equals(last.at())));
  }

  /** Makes the bytes readable here. */
  void bring(RemoteObject object, CompletableFuture<Content> into) {
    reading.bring(object, into);
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
    var given = handOver.give(wanted, replicas::ranks, limit);
    replicas.replaced(given.takers());
    var lost = given.left().entrySet().stream()
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
    counting.close();
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
      case Failure _, Content.Immediate _, Content.Inline _ -> true;
      case Content.InStore sealed -> !sealed.isMissing();
      case null, default -> false;
    };
  }

  /** What nobody else holds is freed a few messages after the holds were given up. */
  private void awaitFrees() {
    long end = System.nanoTime() + FREES.toNanos();
    try {
      synchronized (frees) {
        for (long left = FREES.toMillis(); left > 0 && !onlyHere().isEmpty(); ) {
          frees.wait(left);
          left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Has this process keep a copy of its own of an object that another has. Blocks. */
  public void keepCopy(ObjectEntry entry, Deadline deadline) {
    if (entry.outcome() instanceof Content.Away(RemoteObject object)) {
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
    copy(object, () -> counting.vouchFor(List.of(giver)), deadline);
  }

  private void copy(RemoteObject object, Runnable published, Deadline deadline) {
    var id = object.location().id();
    var copy = store.copyOf(new Content.Away(object), object.edges(), deadline);
    var entry = imported(id);
    if (entry.sharer() instanceof SharedEntry present
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
    var entry = importedWith(id, outcome, attempt);
    if (entry.sharer() instanceof SharedEntry present) {
      present.keep();
      publish(present);
    }
    counting.vouchFor(List.of(giver));
    entry.release();
  }

  // ---- several copies

  /**
   * Has this object of the present process be on so many nodes. Blocks.
   *
   * @throws io.mobula.error.TooFewCopiesException when it is not in time
   */
  public void replicate(ObjectEntry entry, int copies, Duration within) {
    adopt(entry);
    if (entry.sharer() instanceof SharedEntry present) {
      replicas.create(present, copies, within);
    }
  }

  // ---- the end of sharing

  void tellGivenUp(ObjectId id) {
    counting.release(id);
  }

  void tellHeld(ObjectId id) {
    counting.hold(id);
  }

  /**
   * This process holds it no more. What came from elsewhere, or has come to harm here, is dropped:
   * true; what is sealed here stays.
   */
  boolean tellReleased(SharedEntry entry) {
    var id = entry.id();
    var sealed = entry.outcome() instanceof Content.InStore made ? made : null;
    boolean isDropped = !isOwn(id) && !entry.isKept() && (sealed == null || sealed.isMissing());
    if (isDropped && (sealed != null || copies.ownCopy(id) != null)) {
      counting.retract(id); // the copy goes with it
    }
    counting.release(id);
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
      known.vanish();
    }
    synchronized (frees) {
      frees.notifyAll();
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
    counting.close();
    transfers.close();
    hostPulls.close();
    neighbours.close();
  }
}
