package io.mobula.internal.call;

import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectEntry;
import java.util.Objects;

/**
 * The parts of a call inside a frame: small values as they are, larger ones by the id of the object
 * that they are, with the place where it was last seen.
 */
final class CallWire {
  private static final ObjectId NAMELESS = new ObjectId(0, 0, 0);
  private static final int BY_VALUE = 0;
  private static final int BY_ID = 1;

  private CallWire() {}

  /** Writes a function or an argument; an entry is ready and has not failed. */
  static void write(FrameWriter out, Object part, Sharing sharing) {
    switch (part) {
      case ObjectEntry entry -> write(out, entry, sharing);
      case Content content -> sharing.write(out.octet(BY_VALUE), content, NAMELESS);
      default -> // a function that captured nothing which can change
        sharing.write(out.octet(BY_VALUE), new Content.Immediate(part), NAMELESS);
    }
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
    out.carries(entry.id());
    sharing.write(out, outcome, entry.id());
  }

  /** What {@link #write} wrote: a content, or the entry of an object with an id, held. */
  static Object read(FrameReader in, Sharing sharing) {
    if (in.octet() == BY_ID) {
      var id = Sharing.readId(in);
      return sharing.importedWith(id, sharing.read(in));
    }
    return switch (sharing.read(in)) {
      case Content content -> content;
      case Failure failure -> throw failure.raise();
      default -> throw new IllegalStateException("Neither value nor failure");
    };
  }
}
