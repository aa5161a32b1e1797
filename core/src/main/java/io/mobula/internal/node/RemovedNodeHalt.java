package io.mobula.internal.node;

import io.mobula.NodeId;
import io.mobula.internal.process.WorkerMain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What becomes of the process of a node that its cluster has removed. */
final class RemovedNodeHalt {
  private static final Logger LOG = LoggerFactory.getLogger(RemovedNodeHalt.class);

  private RemovedNodeHalt() {}

  /**
   * Halts this process if Mobula has started it: work of a removed node goes on in it that does not
   * heed its interrupt, and is done elsewhere already. Another process is somebody else's.
   */
  static void haltIfOurs(NodeId id) {
    if (Boolean.getBoolean(WorkerMain.STARTED_PROPERTY)) {
      LOG.error(
          "Node {} was removed from its cluster, and work that goes on in it does not heed its interrupt: the process is halted.",
          id);
      Runtime.getRuntime().halt(WorkerMain.REMOVED_EXIT_CODE);
    }
  }
}
