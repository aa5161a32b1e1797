package io.mobula.internal.call;

import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.sharing.Sharing;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Failure;
import io.mobula.internal.store.ObjectEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one call lends to the processes it is sent to: values that are too large for a frame stay
 * where they are, under an id by which they are fetched, until the call is over. Guarded by its
 * call.
 */
final class Loans {
  private static final int BY_VALUE = 0;
  private static final int BY_ID = 1;

  private final Sharing sharing;
  private final Map<ObjectId, Content> lent = new HashMap<>();

  Loans(Sharing sharing) {
    this.sharing = sharing;
  }

  /** A function that captured nothing which can change, as a content. */
  Content immediate(Object function) {
    return new Content.Immediate(function);
  }

  /** The value of an argument that is ready. */
  Object outcomeOf(ObjectEntry entry) {
    return Objects.requireNonNull(entry.outcome(), "outcome of " + entry.id());
  }

  void write(FrameWriter out, Object outcome, @Nullable ObjectId known) {
    if (!(outcome instanceof Content.InStore sealed) || sharing.fitsFrame(sealed)) {
      boolean byId = known != null && outcome instanceof Content.Away;
      out.octet(byId ? BY_ID : BY_VALUE);
      var id = known == null ? sharing.anonymous() : known;
      if (byId) {
        Sharing.writeId(out, id);
      }
      sharing.write(out, outcome, id);
      return;
    }
    var id = known == null ? idOf(sealed) : known;
    if (lent.put(id, sealed) == null) {
      sharing.lend(id, sealed);
    }
    out.octet(BY_ID);
    Sharing.writeId(out, id);
    sharing.write(out, sealed, id);
  }

  @SuppressWarnings("ReferenceEquality") // contents are known by identity
  private ObjectId idOf(Content content) {
    for (var each : lent.entrySet()) {
      if (each.getValue() == content) {
        return each.getKey();
      }
    }
    return sharing.anonymous();
  }

  /** What {@link #write} wrote: a content, or the entry of an object with an id. */
  static Object read(FrameReader in, Sharing sharing) {
    if (in.octet() == BY_VALUE) {
      return switch (sharing.read(in)) {
        case Content content -> content;
        case Failure failure -> throw failure.raise();
        default -> throw new IllegalStateException("Neither value nor failure");
      };
    }
    var id = Sharing.readId(in);
    return sharing.importedWith(id, sharing.read(in));
  }

  void giveBack() {
    lent.keySet().forEach(sharing::takeBack);
    lent.clear();
  }
}
