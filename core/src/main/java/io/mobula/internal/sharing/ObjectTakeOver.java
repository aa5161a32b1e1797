package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectEntry;
import io.mobula.internal.store.ObjectStore;
import io.mobula.internal.store.RemoteValueCopier;
import io.mobula.spi.HoldStatement;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Take-over of objects of other processes: this process keeps them for others from then on, because
 * {@linkplain ObjectHandOver another node offers them}, or because somebody here wants a copy. Safe
 * for all threads; only {@link #keepCopy} blocks its caller.
 */
final class ObjectTakeOver {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectTakeOver.class);
  /** Time that a thread waits for an object that has been moved since it was offered. */
  private static final Duration MAX_TRANSFER_TIME = Duration.ofSeconds(10);

  private final SharedObjectTable table;
  private final OutcomePublisher publisher;
  private final DirectoryClient directoryClient;
  private final ValueCodec codec;
  private final InFlightRefs inFlightRefs;
  private final ObjectStore store;
  private final RemoteValueCopier copier;
  private final NodeMessaging messaging;

  ObjectTakeOver(
      SharedObjectTable table,
      OutcomePublisher publisher,
      DirectoryClient directoryClient,
      ValueCodec codec,
      InFlightRefs inFlightRefs,
      ObjectStore store,
      NodeMessaging messaging) {
    this.table = table;
    this.publisher = publisher;
    this.directoryClient = directoryClient;
    this.codec = codec;
    this.inFlightRefs = inFlightRefs;
    this.store = store;
    this.copier = new RemoteValueCopier(store);
    this.messaging = messaging;
  }

  /** Accepts offers of other nodes from now on. */
  void listen() {
    messaging.on(FrameKind.TAKE_OBJECT, this::onTake);
  }

  /** Makes this process keep a copy of an object that another process has. Blocks. */
  void keepCopy(ObjectEntry entry, Deadline deadline) {
    if (entry.outcome() instanceof ObjectContent.RemoteValue(RemoteObject object)) {
      copy(object, () -> {}, deadline);
    }
  }

  private void copy(RemoteObject object, Runnable published, Deadline deadline) {
    var id = object.location().id();
    var copy = copier.copyOf(new ObjectContent.RemoteValue(object), object.edges(), deadline);
    var entry = table.importEntry(id);
    if (entry.clusterHold() instanceof SharedEntry present
        && present.replace(copy, object.location().attempt())) {
      publisher.publish(present);
    } else {
      copy.discard(); // there is a copy here already
    }
    published.run();
    entry.release();
  }

  private void onTake(NodeId from, FrameReader frame) {
    var id = ObjectLocation.readId(frame);
    int attempt = ObjectLocation.readAttempt(frame);
    var giver = InFlightRefs.read(frame);
    var offered = codec.read(frame);
    if (!(offered instanceof ObjectContent.RemoteValue)) {
      takeOver(id, offered, attempt, giver);
      inFlightRefs.acknowledgeRefs(from, frame);
      answer(from, id, "");
      return;
    }
    inFlightRefs.acknowledgeRefs(from, frame);
    if (offered instanceof ObjectContent.RemoteValue(var remote)
        && remote instanceof RemoteObject object) {
      object
          .fetch()
          .whenComplete((content, failure) -> store.threads().runInBackground(() -> {
            var refusal = content == null ? String.valueOf(failure) : takeOver(object, giver);
            object.discard();
            answer(from, id, refusal);
          }));
    } else {
      answer(from, id, "it is not offered as an object in memory");
    }
  }

  /** Takes over a small value or a failure, which is kept for others. */
  private void takeOver(ObjectId id, Object outcome, int attempt, HoldStatement giver) {
    var entry = table.importEntryWith(id, outcome, attempt);
    if (entry.clusterHold() instanceof SharedEntry present) {
      present.keep();
      publisher.publish(present);
    }
    directoryClient.relayStatements(List.of(giver));
    entry.release();
  }

  /**
   * Copies an object that another node hands over, unless there is a copy here.
   *
   * @param giver the hold statement of that node: the directory may hear of it from here first, and
   *     would otherwise treat the object as one that nobody holds
   * @return the reason if that fails, else an empty text
   */
  private String takeOver(RemoteObject object, HoldStatement giver) {
    try {
      copy(
          object,
          () -> directoryClient.relayStatements(List.of(giver)),
          Deadline.after(MAX_TRANSFER_TIME));
      return "";
    } catch (RuntimeException noRoom) {
      LOG.info("Object {} is not taken over", object.location().id(), noRoom);
      return String.valueOf(noRoom.getMessage());
    }
  }

  private void answer(NodeId to, ObjectId id, String refusal) {
    var frame = FrameWriter.of(FrameKind.OBJECT_TAKEN);
    ObjectLocation.write(frame, id);
    messaging.send(to, frame.flag(refusal.isEmpty()).text(refusal).toBytes());
  }
}
