package io.mobula.internal.sharing;

import io.mobula.ObjectId;
import io.mobula.error.CodecException;
import io.mobula.internal.codec.CapturedThrowable;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectFailure;
import io.mobula.spi.PublishedObject;

/**
 * Publisher of outcomes: tells the directory what was made in this process, small values and
 * failures with their bytes, large values by their size. Safe for all threads.
 */
final class OutcomePublisher {
  private final DirectoryClient directoryClient;
  private final SharedObjectTable table;
  private final ValueCodec codec;
  private final String notReconstructibleReason;

  /**
   * Creates the publisher of one node.
   *
   * @param notReconstructibleReason why values that were put here cannot be reconstructed
   */
  OutcomePublisher(
      DirectoryClient directoryClient,
      SharedObjectTable table,
      ValueCodec codec,
      String notReconstructibleReason) {
    this.directoryClient = directoryClient;
    this.table = table;
    this.codec = codec;
    this.notReconstructibleReason = notReconstructibleReason;
  }

  /** Publishes the outcome of an object that is in the table. */
  void publish(SharedEntry entry) {
    var id = entry.id();
    var outcome = entry.outcome();
    if (outcome instanceof ObjectContent.Sealed sealed && !codec.fitsFrame(sealed)) {
      if (table.isOwn(id)) {
        directoryClient.markNotReconstructible(id, notReconstructibleReason);
      }
      directoryClient.publish(
          id,
          new PublishedObject.Sealed(
              entry.attempt(), sealed.byteSize(), true, table.containedObjects(sealed.edges())));
    } else if (outcome instanceof ObjectContent.RemoteValue(var remote)) {
      ((RemoteObject) remote).onShared();
      if (table.isOwn(id)) {
        var why = ((RemoteObject) remote).notReconstructibleReason();
        if (why != null) {
          directoryClient.markNotReconstructible(id, why);
        }
        directoryClient.making(id, 0); // it has been made, by another process
      }
    } else if ((table.isOwn(id) || entry.isKept()) && outcome != null) {
      publishWithBytes(outcome, id, entry.attempt());
    }
  }

  /** Publishes a small value or a failure, whether the object is in the table or not. */
  void publishWithBytes(Object outcome, ObjectId id, int attempt) {
    directoryClient.publish(id, published(outcome, id, attempt));
  }

  /**
   * Returns what the directory is told of an outcome. A value that cannot be encoded becomes a
   * failure for other processes.
   */
  private PublishedObject published(Object outcome, ObjectId id, int attempt) {
    var encoded = new FrameWriter();
    if (outcome instanceof ObjectFailure) {
      codec.write(encoded, outcome, id);
      return new PublishedObject.Failure(attempt, encoded.toBytes());
    }
    try {
      codec.write(encoded, outcome, id);
      return new PublishedObject.Value(attempt, encoded.toBytes(), encoded.carriedRefs());
    } catch (Throwable unwritable) { // the value consists of users' classes
      return published(cannotLeave(id, unwritable), id, attempt);
    }
  }

  private static ObjectFailure cannotLeave(ObjectId id, Throwable why) {
    return new ObjectFailure(() -> new CodecException(
        "Object " + id + " cannot leave its process: " + CapturedThrowable.textOf(why), why));
  }
}
