package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.error.ObjectLostException;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.memory.Attachment;
import io.mobula.internal.memory.ObjectAddress;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.Kept;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.store.Ref;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The shared objects of one node: gives refs and values to other processes and takes theirs in.
 * Safe for all threads; nothing blocks.
 */
public final class Sharing {
  private static final int RESOLVE = 1;
  private static final int RESOLVED = 2;
  private static final int CANCEL = 3;

  private final ObjectStore store;
  private final Membership membership;
  private final Lanes lanes;
  private final ValueWire wire;
  private final long inlineLimit;
  private final Neighbours neighbours;
  private final Map<ObjectId, Loan> lent = new ConcurrentHashMap<>();
  private final Map<ObjectId, SharedEntry> shared = new ConcurrentHashMap<>();
  private volatile Function<FrameReader, Kept> handles = in -> {
    throw new CodecException("This node knows no actors.", null);
  };

  /**
   * How objects are shared.
   *
   * @param inlineLimit up to how many bytes a value travels inside a frame
   * @param shareHost whether processes of this host read each other's memory
   */
  public record Limits(long inlineLimit, boolean shareHost) {}

  /** Answers other nodes from now on. */
  public Sharing(
      ObjectStore store,
      SharedStore memory,
      Membership membership,
      Lanes lanes,
      Router router,
      Limits limits) {
    this.store = store;
    this.membership = membership;
    this.lanes = lanes;
    this.inlineLimit = limits.inlineLimit();
    this.neighbours = new Neighbours(memory, store, membership, lanes, router, limits.shareHost());
    this.wire = new ValueWire(store, this, limits.inlineLimit());
    store.sharing(this::export);
    router.on(RESOLVE, this::onResolve).on(RESOLVED, this::onResolved).on(CANCEL, this::onCancel);
    membership.subscribe(new Membership.Listener() {
      @Override
      public void joined(Peer peer) {}

      @Override
      public void left(Peer peer, String how) {
        onLeft(peer, how);
      }
    });
  }

  /** How handles of actors come in; set once, before frames come. */
  public void handles(Function<FrameReader, Kept> importer) {
    handles = importer;
  }

  // ---- out

  private ObjectEntry export(ObjectEntry entry) {
    if (entry.sharer() == null) {
      var mine = (SharedEntry) entry.share(new SharedEntry(entry, this));
      shared.putIfAbsent(mine.id(), mine);
      if (mine.outcome() == null && entry.isReady()) {
        mine.settled(entry);
      }
    }
    return entry;
  }

  /** Writes a content or failure; {@code id} names it for whoever fetches it. */
  public void write(FrameWriter out, Object outcome, ObjectId id) {
    wire.write(out, outcome, id);
  }

  /** Whether it is small enough to travel inside a frame. */
  public boolean fitsFrame(Content.InStore sealed) {
    return sealed.byteSize() <= inlineLimit;
  }

  /** An id for a value that has none, because it is part of a call. */
  public ObjectId anonymous() {
    return new ObjectId(membership.self().id().incarnation(), store.nextTask(), 0);
  }

  /** Keeps a value to be fetched under an id until it is {@linkplain #takeBack taken back}. */
  public void lend(ObjectId id, Content.InStore sealed) {
    lent.compute(id, (key, present) -> new Loan(sealed, present == null ? 1 : present.times() + 1));
  }

  /** Ends one loan. */
  public void takeBack(ObjectId id) {
    lent.computeIfPresent(
        id, (key, loan) -> loan.times() == 1 ? null : new Loan(loan.sealed(), loan.times() - 1));
  }

  private record Loan(Content.InStore sealed, int times) {}

  /** Writes an id. */
  public static void writeId(FrameWriter out, ObjectId id) {
    Location.write(out, id);
  }

  /** Reads an id. */
  public static ObjectId readId(FrameReader in) {
    return Location.readId(in);
  }

  /**
   * Writes the result of work that another node has submitted. What is sealed here stays until
   * nobody holds it.
   */
  public void give(FrameWriter out, Object outcome, ObjectId id) {
    if (outcome instanceof Content.InStore sealed && !fitsFrame(sealed)) {
      importedWith(id, sealed);
      write(out, sealed, id);
    } else {
      write(out, outcome, id);
      if (outcome instanceof Content content) {
        content.discard();
      }
    }
  }

  Location locationOf(Content.InStore sealed, ObjectId id) {
    var object = sealed.object();
    return new Location(
        membership.self().id(), id, object.slot(), object.generation(), object.byteSize());
  }

  // ---- in

  /** Reads a content or failure. */
  public Object read(FrameReader in) {
    return wire.read(in);
  }

  /** The entry of an object that another process knows, too. */
  public ObjectEntry imported(ObjectId id) {
    return shared.computeIfAbsent(id, this::importNew).entry();
  }

  /** The same, with the outcome that came along. */
  public ObjectEntry importedWith(ObjectId id, Object outcome) {
    var entry = imported(id);
    settle(entry, outcome);
    return entry;
  }

  private SharedEntry importNew(ObjectId id) {
    var entry = store.pending(id, new Fetch(id, this));
    var created = new SharedEntry(entry, this);
    entry.share(created);
    return created;
  }

  ObjectEntry newEntry(SharedEntry of) {
    var entry = store.pending(of.id(), new Fetch(of.id(), this));
    entry.share(of);
    return entry;
  }

  Kept importEdge(FrameReader in) {
    int kind = in.octet();
    return switch (kind) {
      case Kept.REF -> Ref.edge(imported(Location.readId(in)));
      case Kept.HANDLE -> handles.apply(in);
      default ->
        throw new CodecException("An edge of kind " + kind + " is of another release.", null);
    };
  }

  Content stored(Location location, List<Kept> edges, boolean views) {
    return new Content.Away(new RemoteObject(location, edges, views, this));
  }

  // ---- asking for what is elsewhere

  void resolve(ObjectId id) {
    var owner = new NodeId(id.node());
    var frame = new FrameWriter().octet(RESOLVE);
    Location.write(frame, id);
    if (!lanes.send(owner, frame.toBytes())) {
      lost(id, "node " + owner + ", which made it, is gone");
    }
  }

  private void onResolve(NodeId from, FrameReader frame) {
    var id = Location.readId(frame);
    var known = shared.get(id);
    if (known == null) {
      answer(
          from,
          id,
          new Failure(() ->
              new ObjectLostException("Object " + id + " is gone: nobody held it any more.")));
      return;
    }
    var entry = known.entry();
    if (!entry.await(ready -> answerWith(from, known))) {
      answerWith(from, known);
    }
  }

  private void answerWith(NodeId to, SharedEntry known) {
    var outcome = known.outcome();
    answer(
        to,
        known.id(),
        outcome != null
            ? outcome
            : new Failure(() -> new ObjectLostException(
                "Object " + known.id() + " is gone: nobody held it any more.")));
  }

  private void answer(NodeId to, ObjectId id, Object outcome) {
    var frame = new FrameWriter().octet(RESOLVED);
    Location.write(frame, id);
    write(frame, outcome, id);
    lanes.send(to, frame.toBytes());
  }

  private void onResolved(NodeId from, FrameReader frame) {
    var id = Location.readId(frame);
    var outcome = read(frame);
    var known = shared.get(id);
    if (known != null) {
      settle(known.entry(), outcome);
    } else if (outcome instanceof Content content) {
      content.discard();
    }
  }

  private static void settle(ObjectEntry entry, Object outcome) {
    if (outcome instanceof Content content) {
      entry.complete(content);
    } else {
      entry.fail((Failure) outcome);
    }
  }

  private void lost(ObjectId id, String why) {
    var known = shared.get(id);
    if (known != null) {
      known
          .entry()
          .fail(new Failure(() ->
              new ObjectLostException("Object " + id + " is lost: " + why + ". Make it again.")));
    }
  }

  void cancel(ObjectId id, boolean recursive) {
    var frame = new FrameWriter().octet(CANCEL);
    Location.write(frame, id);
    lanes.send(new NodeId(id.node()), frame.flag(recursive).toBytes());
  }

  private void onCancel(NodeId from, FrameReader frame) {
    var id = Location.readId(frame);
    var known = shared.get(id);
    if (known != null) {
      known.entry().cancel(frame.flag());
    }
  }

  /** Makes the bytes readable here. */
  void bring(RemoteObject object, CompletableFuture<Content> into) {
    var location = object.location();
    neighbours.attach(location.at()).whenComplete((attached, failure) -> {
      try {
        into.complete(open(object, attached, failure));
      } catch (RuntimeException e) {
        into.completeExceptionally(e);
      }
    });
  }

  private static Content open(
      RemoteObject object, @Nullable Attachment attached, @Nullable Throwable failure) {
    var location = object.location();
    return switch (attached) {
      case Attachment.Here(var theirs) ->
        new Content.InStore(
            theirs.open(
                new ObjectAddress(location.slot(), location.generation(), location.bytes())),
            object.edges(),
            object.views());
      case Attachment.Elsewhere(var why) ->
        throw new ObjectLostException("Object " + location.id() + " is on node " + location.at()
            + ", which is on another host: " + why);
      case null ->
        throw new ObjectLostException(
            "Object " + location.id() + " was on node " + location.at() + ": " + failure, failure);
    };
  }

  // ---- the end of sharing

  /** Lets go of what belongs to other processes. */
  public void close() {
    neighbours.close();
  }

  void settled(SharedEntry entry) {}

  void unheld(SharedEntry entry) {}

  private void onLeft(Peer peer, String how) {
    for (var each : shared.values()) {
      if (each.id().node() == peer.id().incarnation() && each.outcome() == null) {
        lost(each.id(), peer + ", which made it, " + how);
      }
    }
  }
}
