package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.StoreThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Responder to processes that resolve an object which this one knows. It replies once the object
 * has an outcome. Safe for all threads; nothing blocks.
 */
final class ResolveResponder {
  private static final Logger LOG = LoggerFactory.getLogger(ResolveResponder.class);

  private final SharedObjectTable table;
  private final LocalCopies localCopies;
  private final ValueCodec codec;
  private final InFlightRefs inFlightRefs;
  private final StoreThreads threads;
  private final NodeMessaging messaging;

  ResolveResponder(
      SharedObjectTable table,
      LocalCopies localCopies,
      ValueCodec codec,
      InFlightRefs inFlightRefs,
      StoreThreads threads,
      NodeMessaging messaging) {
    this.table = table;
    this.localCopies = localCopies;
    this.codec = codec;
    this.inFlightRefs = inFlightRefs;
    this.threads = threads;
    this.messaging = messaging;
  }

  /** Serves the requests of other processes from now on. */
  void listen() {
    messaging.on(FrameKind.RESOLVE, this::onResolve);
  }

  private void onResolve(NodeId from, FrameReader frame) {
    var id = ObjectLocation.readId(frame);
    var known = table.find(id);
    if (known == null) {
      answer(from, id, null);
      return;
    }
    var entry = known.entry();
    if (!entry.await(ready -> answer(from, id, known.outcome()))) {
      answer(from, id, known.outcome());
    }
  }

  private void answer(NodeId to, ObjectId id, @Nullable Object outcome) {
    var present = localCopies.reachableOutcome(outcome, id);
    if (present == null) {
      tell(to, id, null);
    } else if (waitsForDisk(present)) {
      threads.runInBackground(() -> tellOrRefuse(to, id, present));
    } else {
      tellOrRefuse(to, id, present);
    }
  }

  /** Returns whether the value is small, so that its bytes are sent, and spilled. */
  private boolean waitsForDisk(Object outcome) {
    return outcome instanceof ObjectContent.Sealed sealed
        && codec.fitsFrame(sealed)
        && sealed.address() == null;
  }

  /**
   * Sends the outcome, or that it cannot be given, so that the asking node gets a reply in any
   * case.
   */
  private void tellOrRefuse(NodeId to, ObjectId id, Object present) {
    try {
      tell(to, id, present);
    } catch (Throwable unwritable) { // out of memory, or a class whose encoding fails
      LOG.warn("Object {} cannot be given to node {}", id, to, unwritable);
      tell(to, id, null);
    }
  }

  private void tell(NodeId to, ObjectId id, @Nullable Object present) {
    var frame = FrameWriter.of(FrameKind.RESOLVED);
    ObjectLocation.write(frame, id);
    boolean known = present != null;
    frame.flag(known);
    if (present != null) {
      codec.write(frame, present, id);
    }
    inFlightRefs.finishFrame(frame, to, () -> {}); // the value holds the refs inside
    inFlightRefs.send(to, frame);
  }
}
