package io.mobula.internal.call;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.RemoteFunction;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.PeerInternTable;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectEntry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a call inside a frame: small values as they are, larger ones by the id of the object
 * that they are, with the place where it was last seen.
 */
final class CallCodec {
  private static final ObjectId NO_ID = new ObjectId(0, 0, 0);
  private static final int BY_VALUE = 0;
  private static final int BY_ID = 1;
  private static final int BY_NUMBER = 2;
  private static final int ON_LOAN = 3;

  private CallCodec() {}

  /** Writes a function or an argument; an entry is ready and has not failed. */
  static void write(FrameWriter out, Object part, Sharing sharing) {
    switch (part) {
      case ObjectEntry entry -> write(out, entry, sharing);
      case Content content -> sharing.write(out.octet(BY_VALUE), content, NO_ID);
      case StatelessFunction function -> write(out, function.content(), sharing);
      default -> // a function that captured nothing which can change
        sharing.write(out.octet(BY_VALUE), new Content.Immediate(part), NO_ID);
    }
  }

  /**
   * Writes an argument for this peer, which may read it in place until it has answered.
   *
   * @return ends the loan, or null if there is none
   */
  static @Nullable Runnable writeArgument(
      FrameWriter out, Object argument, Sharing sharing, NodeId to) {
    if (argument instanceof ObjectEntry entry
        && !sharing.fitsFrame(Objects.requireNonNull(entry.outcome(), "outcome"))
        && sharing.canLend(entry, to)) {
      return sharing.lend(out.octet(ON_LOAN), entry);
    }
    write(out, argument, sharing);
    return null;
  }

  private static void write(FrameWriter out, ObjectEntry entry, Sharing sharing) {
    var outcome = Objects.requireNonNull(entry.outcome(), "outcome of " + entry.id());
    if (sharing.fitsFrame(outcome)) {
      sharing.write(out.octet(BY_VALUE), outcome, entry.id());
      return;
    }
    sharing.adopt(entry);
    out.octet(BY_ID);
    Sharing.writeId(out, entry.id());
    out.addCarriedRef(entry.id());
    sharing.write(out, outcome, entry.id());
  }

  /**
   * Writes a function for this peer. One that captured nothing is explained once, and has a number
   * from then on.
   */
  static void writeFunction(FrameWriter out, Object function, Sharing sharing, NodeId to) {
    int number = function instanceof RemoteFunction itself && capturesNothing(itself)
        ? sharing.phrases().intern(to, itself.getClass(), () -> encodeWhole(itself, sharing))
        : PeerInternTable.NONE;
    if (number == PeerInternTable.NONE) {
      write(out, function, sharing);
    } else {
      out.octet(BY_NUMBER).int32(number);
    }
  }

  private static boolean capturesNothing(RemoteFunction function) {
    var shape = Codec.signatureOf(function);
    return shape.capturedCount() == 0 && !shape.implMethod().isEmpty();
  }

  private static byte[] encodeWhole(RemoteFunction function, Sharing sharing) {
    var phrase = new FrameWriter();
    sharing.write(phrase, new Content.Immediate(function), NO_ID);
    return phrase.toBytes();
  }

  /** What {@link #writeFunction} wrote: a function to be read when it is called, or a content. */
  static Object readFunction(FrameReader in, Sharing sharing, NodeId from) {
    int kind = in.octet();
    return kind == BY_NUMBER
        ? sharing
            .phrases()
            .resolve(from, in.int32(), whole -> new StatelessFunction(content(whole, sharing)))
        : read(kind, in, sharing);
  }

  /** What {@link #write} wrote: a content, or the entry of an object with an id, held. */
  static Object read(FrameReader in, Sharing sharing) {
    return read(in.octet(), in, sharing);
  }

  private static Object read(int kind, FrameReader in, Sharing sharing) {
    if (kind == BY_ID) {
      var id = Sharing.readId(in);
      return sharing.importedWith(id, sharing.read(in));
    }
    if (kind == ON_LOAN) {
      return sharing.borrowed(in);
    }
    return content(in, sharing);
  }

  private static Content content(FrameReader in, Sharing sharing) {
    return switch (sharing.read(in)) {
      case Content content -> content;
      case Failure failure -> throw failure.plain();
      default -> throw new IllegalStateException("Neither value nor failure");
    };
  }
}
