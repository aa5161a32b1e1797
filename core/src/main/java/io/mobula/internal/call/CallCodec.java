package io.mobula.internal.call;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.RemoteFunction;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Codec of the parts of a call inside a frame: small values inline, larger values by object id with
 * the location where the object was last seen.
 */
final class CallCodec {
  private static final ObjectId NO_ID = new ObjectId(0, 0, 0);
  private static final int BY_VALUE = 0;
  private static final int BY_ID = 1;
  private static final int BY_NUMBER = 2;
  private static final int ON_LOAN = 3;

  private CallCodec() {}

  /** Writes a function or an argument; an entry is ready and has not failed. */
  static void write(FrameWriter out, Object part, ClusterObjects clusterObjects) {
    switch (part) {
      case ObjectEntry entry -> write(out, entry, clusterObjects);
      case ObjectContent content -> clusterObjects.write(out.octet(BY_VALUE), content, NO_ID);
      case StatelessFunction function -> write(out, function.content(), clusterObjects);
      default -> // a function that captured nothing mutable
        clusterObjects.write(out.octet(BY_VALUE), new ObjectContent.Immediate(part), NO_ID);
    }
  }

  /**
   * Writes an argument for this peer, which may read the argument in place until it has answered.
   *
   * @return an action that ends the loan, or null if there is none
   */
  static @Nullable Runnable writeArgument(
      FrameWriter out, Object argument, ClusterObjects clusterObjects, NodeId to) {
    if (argument instanceof ObjectEntry entry
        && !clusterObjects.fitsFrame(Objects.requireNonNull(entry.outcome(), "outcome"))
        && clusterObjects.canLend(entry, to)) {
      return clusterObjects.writeLent(out.octet(ON_LOAN), entry);
    }
    write(out, argument, clusterObjects);
    return null;
  }

  private static void write(FrameWriter out, ObjectEntry entry, ClusterObjects clusterObjects) {
    var outcome = Objects.requireNonNull(entry.outcome(), "outcome of " + entry.id());
    if (clusterObjects.fitsFrame(outcome)) {
      clusterObjects.write(out.octet(BY_VALUE), outcome, entry.id());
      return;
    }
    clusterObjects.share(entry);
    out.octet(BY_ID);
    ClusterObjects.writeId(out, entry.id());
    out.addCarriedRef(entry.id());
    clusterObjects.write(out, outcome, entry.id());
  }

  /**
   * Writes a function for this peer. A function that captured nothing is sent in full once, and by
   * number from then on.
   */
  static void writeFunction(
      FrameWriter out, Object function, ClusterObjects clusterObjects, NodeId to) {
    int number = function instanceof RemoteFunction itself && capturesNothing(itself)
        ? clusterObjects
            .internTable()
            .intern(to, itself.getClass(), () -> encodeWhole(itself, clusterObjects))
        : PeerInternTable.NONE;
    if (number == PeerInternTable.NONE) {
      write(out, function, clusterObjects);
    } else {
      out.octet(BY_NUMBER).int32(number);
    }
  }

  private static boolean capturesNothing(RemoteFunction function) {
    var shape = Codec.signatureOf(function);
    return shape.capturedCount() == 0 && !shape.implMethod().isEmpty();
  }

  private static byte[] encodeWhole(RemoteFunction function, ClusterObjects clusterObjects) {
    var definition = new FrameWriter();
    clusterObjects.write(definition, new ObjectContent.Immediate(function), NO_ID);
    return definition.toBytes();
  }

  /**
   * Reads the result of {@link #writeFunction}: a function that is decoded when it is first called,
   * a content, or an entry.
   */
  static Object readFunction(FrameReader in, ClusterObjects clusterObjects, NodeId from) {
    int kind = in.octet();
    return kind == BY_NUMBER
        ? clusterObjects
            .internTable()
            .resolve(
                from, in.int32(), whole -> new StatelessFunction(content(whole, clusterObjects)))
        : read(kind, in, clusterObjects);
  }

  /**
   * Reads the result of {@link #write}: a content, or the retained entry of an object with an id.
   */
  static Object read(FrameReader in, ClusterObjects clusterObjects) {
    return read(in.octet(), in, clusterObjects);
  }

  private static Object read(int kind, FrameReader in, ClusterObjects clusterObjects) {
    if (kind == BY_ID) {
      var id = ClusterObjects.readId(in);
      return clusterObjects.importEntryWith(id, clusterObjects.read(in));
    }
    if (kind == ON_LOAN) {
      return clusterObjects.readLent(in);
    }
    return content(in, clusterObjects);
  }

  private static ObjectContent content(FrameReader in, ClusterObjects clusterObjects) {
    return switch (clusterObjects.read(in)) {
      case ObjectContent content -> content;
      case ObjectFailure failure -> throw failure.toStandInException();
      default -> throw new IllegalStateException("Neither value nor failure");
    };
  }
}
