package io.mobula.internal.sharing;

import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ContentConverter;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.FlatValue;
import io.mobula.internal.store.HeldRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Codec of values and failures inside frames: small values travel as bytes, larger ones as the
 * location where they are sealed. Safe for all threads.
 */
final class ValueCodec {
  private static final int SMALL = 1;
  private static final int STORED = 2;
  private static final int FAILED = 3;
  private static final int PLAIN = 4;
  private static final int ON_LOAN = 5;

  private final ObjectStore store;
  private final SharedObjectTable table;
  private final LocalCopies localCopies;
  private final RemoteObjects remoteObjects;
  private final ResultLoans resultLoans;
  private final long inlineLimit;
  private volatile Function<FrameReader, HeldRef> handleReader = in -> {
    throw new CodecException("This node knows no actors.", null);
  };

  /**
   * Creates the codec of one node.
   *
   * @param inlineLimit the largest size in bytes of a value that travels as bytes
   */
  ValueCodec(
      ObjectStore store,
      SharedObjectTable table,
      LocalCopies localCopies,
      RemoteObjects remoteObjects,
      ResultLoans resultLoans,
      long inlineLimit) {
    this.store = store;
    this.table = table;
    this.localCopies = localCopies;
    this.remoteObjects = remoteObjects;
    this.resultLoans = resultLoans;
    this.inlineLimit = inlineLimit;
  }

  /** Sets the function that reads actor handles. Called once, before the first frame arrives. */
  void setHandleReader(Function<FrameReader, HeldRef> with) {
    handleReader = with;
  }

  /** Returns whether the outcome is small enough to travel inside a frame. */
  boolean fitsFrame(Object outcome) {
    return !(outcome instanceof ObjectContent.RemoteValue)
        && !(outcome instanceof ObjectContent.Sealed sealed && sealed.byteSize() > inlineLimit);
  }

  /** Writes an outcome: an {@link ObjectContent} or an {@link ObjectFailure}. */
  void write(FrameWriter out, Object outcome, ObjectId id) {
    switch (outcome) {
      case ObjectFailure failure -> out.octet(FAILED).block(store.converter().flatten(failure));
      case ObjectContent content -> write(out, content, id);
      default -> throw new IllegalArgumentException("Neither value nor failure: " + outcome);
    }
  }

  private void write(FrameWriter out, ObjectContent content, ObjectId id) {
    var plain = store.converter().encodePlain(content);
    if (plain != null && plain.length <= inlineLimit) {
      out.octet(PLAIN).block(plain);
      writeEdges(
          out, content instanceof ObjectContent.Inline(var _, var edges) ? edges : List.of());
      return;
    }
    var flat = store.converter().flatten(content, inlineLimit);
    if (flat != null) {
      out.octet(SMALL).flag(flat.views()).block(flat.layout());
      writeEdges(out, flat.edges());
      return;
    }
    switch (content) {
      case ObjectContent.Sealed sealed -> {
        out.octet(STORED);
        localCopies.locationOf(sealed, id).write(out);
        out.flag(sealed.views());
        writeEdges(out, sealed.edges());
      }
      case ObjectContent.RemoteValue(var remote) -> {
        var away = (RemoteObject) remote;
        out.octet(STORED);
        away.location().write(out);
        out.flag(away.views());
        writeEdges(out, away.edges());
      }
      case ObjectContent.Inline inline -> writeWhole(out, inline);
      case ObjectContent.Immediate immediate -> writeWhole(out, immediate);
    }
  }

  /**
   * Writes a value from the heap as bytes, even though it is larger than the limit once it is laid
   * out.
   */
  private void writeWhole(FrameWriter out, ObjectContent content) {
    var flat = store.converter().flatten(content, Integer.MAX_VALUE - 64);
    if (flat == null) {
      throw new CodecException("A value of more than 2 GiB is in the heap.", null);
    }
    out.octet(SMALL).flag(flat.views()).block(flat.layout());
    writeEdges(out, flat.edges());
  }

  private static void writeEdges(FrameWriter out, List<HeldRef> edges) {
    out.list(edges, (to, edge) -> edge.export(to));
  }

  /** Writes a result that is lent to its caller under that number. */
  void writeLoan(
      FrameWriter out, ObjectContent.Sealed sealed, ObjectId id, int attempt, long number) {
    out.octet(ON_LOAN);
    localCopies.locationOf(sealed, id, attempt).write(out);
    out.flag(sealed.views()).int64(number);
  }

  /**
   * Reads an outcome that {@link #write} has written: an {@link ObjectContent} or an
   * {@link ObjectFailure}.
   */
  Object read(FrameReader in) {
    int kind = in.octet();
    return switch (kind) {
      case SMALL -> {
        boolean views = in.flag();
        var layout = in.block();
        yield ContentConverter.unflatten(new FlatValue(layout, readEdges(in), views));
      }
      case PLAIN -> {
        var bytes = in.block();
        yield ContentConverter.decodePlain(bytes, readEdges(in));
      }
      case STORED -> {
        var location = ObjectLocation.read(in);
        in.addReceivedRef(location.id());
        boolean views = in.flag();
        yield remoteObjects.content(location, readEdges(in), views);
      }
      case ON_LOAN -> {
        var location = ObjectLocation.read(in);
        boolean views = in.flag();
        yield new ObjectContent.RemoteValue(resultLoans.borrow(location, views, in.int64()));
      }
      case FAILED -> store.converter().readFailure(in.block());
      default ->
        throw new CodecException("A value of kind " + kind + " is of another release.", null);
    };
  }

  private List<HeldRef> readEdges(FrameReader in) {
    var edges = new ArrayList<HeldRef>();
    try {
      in.list(from -> edges.add(readEdge(from)));
      return edges;
    } catch (RuntimeException e) {
      edges.forEach(HeldRef::release);
      throw e;
    }
  }

  /**
   * Reads what {@link HeldRef#export} has written in another process, and creates a hold of the
   * same kind.
   */
  HeldRef readEdge(FrameReader in) {
    int kind = in.octet();
    return switch (kind) {
      case HeldRef.REF -> {
        var id = ObjectLocation.readId(in);
        in.addReceivedRef(id);
        var entry = table.importEntry(id);
        var edge = EntryRef.edge(entry);
        entry.release();
        yield edge;
      }
      case HeldRef.HANDLE -> handleReader.apply(in);
      default ->
        throw new CodecException("An edge of kind " + kind + " is of another release.", null);
    };
  }
}
