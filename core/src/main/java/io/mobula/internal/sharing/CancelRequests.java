package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.lane.FrameKind;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.NodeMessaging;

/** Requests to cancel what makes an object, to the process that made its id and from others. */
final class CancelRequests {
  private final SharedObjectTable table;
  private final NodeMessaging messaging;

  CancelRequests(SharedObjectTable table, NodeMessaging messaging) {
    this.table = table;
    this.messaging = messaging;
  }

  /** Serves the requests of other processes from now on. */
  void listen() {
    messaging.on(FrameKind.CANCEL_OBJECT, this::onCancel);
  }

  /** Asks the process that made the id. */
  void cancel(ObjectId id, boolean recursive) {
    var frame = FrameWriter.of(FrameKind.CANCEL_OBJECT);
    ObjectLocation.write(frame, id);
    messaging.send(new NodeId(id.node()), frame.flag(recursive).toBytes());
  }

  private void onCancel(NodeId from, FrameReader frame) {
    var known = table.find(ObjectLocation.readId(frame));
    if (known != null) {
      known.entry().cancel(frame.flag());
    }
  }
}
