package io.mobula.internal.call;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.sharing.ClusterObjects;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.internal.store.ObjectStore;
import io.mobula.spi.RemoteFunction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Codec of calls inside a frame: the function, the arguments, and the caller's logging context.
 * Small values are inline, larger values by object id with the location where the object was last
 * seen.
 */
public final class CallCodec {
  private static final ObjectId NO_ID = new ObjectId(0, 0, 0);
  private static final int BY_VALUE = 0;
  private static final int BY_ID = 1;
  private static final int BY_NUMBER = 2;
  private static final int ON_LOAN = 3;

  private CallCodec() {}

  /**
   * Writes a call for another process, as the last part of a frame; all arguments are ready and
   * none has failed. The call retains what the frame refers to until it is released.
   */
  public static void write(
      FrameWriter out, BoundCall call, ClusterObjects clusterObjects, NodeId to) {
    writeFunction(out, call.heldFunction(), clusterObjects, to);
    writeArguments(out, call, argument -> writePart(out, argument, clusterObjects));
    clusterObjects.finishFrame(out, to, () -> {});
  }

  /**
   * Writes a call for a process that needs the arguments only until it has answered: it reads large
   * ones in place, and no other process is told of them.
   */
  public static void lend(
      FrameWriter out, BoundCall call, ClusterObjects clusterObjects, NodeId to) {
    writeFunction(out, call.heldFunction(), clusterObjects, to);
    writeArguments(out, call, argument -> {
      var loan = lendPart(out, argument, clusterObjects, to);
      if (loan != null) {
        call.onRelease(loan);
      }
    });
    clusterObjects.finishFrame(out, to, () -> {});
  }

  /** Writes a call so that any process can make it again, such as for reconstruction. */
  public static void write(FrameWriter out, BoundCall call, ClusterObjects clusterObjects) {
    writePart(out, call.heldFunction(), clusterObjects);
    writeArguments(out, call, argument -> writePart(out, argument, clusterObjects));
  }

  private static void writeArguments(FrameWriter out, BoundCall call, Consumer<Object> each) {
    out.int32(call.heldArguments().length);
    for (var argument : call.heldArguments()) {
      each.accept(argument);
    }
    call.logContext().write(out);
  }

  /** Reads a call that another process has written for this one. */
  public static BoundCall read(
      FrameReader in, ObjectStore store, ClusterObjects clusterObjects, NodeId from) {
    try {
      var call = read(in, readFunction(in, clusterObjects, from), store, clusterObjects);
      clusterObjects.acknowledgeRefs(from, in);
      return call;
    } catch (RuntimeException | Error e) {
      // otherwise the sender would keep the objects that the frame refers to
      clusterObjects.acknowledgeUnreadable(from, in);
      throw e;
    }
  }

  /** Reads a call that was written for any process. */
  public static BoundCall read(FrameReader in, ObjectStore store, ClusterObjects clusterObjects) {
    return read(in, readPart(in, clusterObjects), store, clusterObjects);
  }

  private static BoundCall read(
      FrameReader in, Object function, ObjectStore store, ClusterObjects clusterObjects) {
    var arguments = new ArrayList<Object>();
    try {
      readArguments(in, arguments, each -> readPart(each, clusterObjects));
      return new BoundCall(function, arguments.toArray(), store, 0, CallLogContext.read(in));
    } catch (RuntimeException | Error e) {
      arguments.forEach(HeldPart::release);
      HeldPart.release(function);
      throw e;
    }
  }

  /**
   * Adds each argument to the list as soon as it is read, so that after a failure the list has
   * those to release.
   */
  static void readArguments(
      FrameReader in, List<Object> arguments, Function<FrameReader, Object> each) {
    for (int left = in.count(); left > 0; left--) {
      arguments.add(each.apply(in));
    }
  }

  /** Writes a function or an argument; an entry is ready and has not failed. */
  private static void writePart(FrameWriter out, Object part, ClusterObjects clusterObjects) {
    switch (part) {
      case ObjectEntry entry -> writeEntry(out, entry, clusterObjects);
      case ObjectContent content -> clusterObjects.write(out.octet(BY_VALUE), content, NO_ID);
      case StatelessFunction function -> writePart(out, function.content(), clusterObjects);
      default -> // a function that captured nothing mutable
        clusterObjects.write(out.octet(BY_VALUE), new ObjectContent.Immediate(part), NO_ID);
    }
  }

  /**
   * Writes an argument for this peer, which may read the argument in place until it has answered.
   *
   * @return an action that ends the loan, or null if there is none
   */
  private static @Nullable Runnable lendPart(
      FrameWriter out, Object argument, ClusterObjects clusterObjects, NodeId to) {
    if (argument instanceof ObjectEntry entry
        && !clusterObjects.fitsFrame(Objects.requireNonNull(entry.outcome(), "outcome"))
        && clusterObjects.canLend(entry, to)) {
      return clusterObjects.writeLent(out.octet(ON_LOAN), entry);
    }
    writePart(out, argument, clusterObjects);
    return null;
  }

  private static void writeEntry(
      FrameWriter out, ObjectEntry entry, ClusterObjects clusterObjects) {
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
  private static void writeFunction(
      FrameWriter out, Object function, ClusterObjects clusterObjects, NodeId to) {
    int number = function instanceof RemoteFunction itself && capturesNothing(itself)
        ? clusterObjects
            .internTable()
            .intern(to, itself.getClass(), () -> encodeWhole(itself, clusterObjects))
        : PeerInternTable.NONE;
    if (number == PeerInternTable.NONE) {
      writePart(out, function, clusterObjects);
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
  private static Object readFunction(FrameReader in, ClusterObjects clusterObjects, NodeId from) {
    int kind = in.octet();
    return kind == BY_NUMBER
        ? clusterObjects
            .internTable()
            .resolve(
                from, in.int32(), whole -> new StatelessFunction(content(whole, clusterObjects)))
        : readPart(kind, in, clusterObjects);
  }

  /**
   * Reads the result of {@link #writePart}: a content, or the retained entry of an object with an
   * id.
   */
  private static Object readPart(FrameReader in, ClusterObjects clusterObjects) {
    return readPart(in.octet(), in, clusterObjects);
  }

  private static Object readPart(int kind, FrameReader in, ClusterObjects clusterObjects) {
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
