package io.mobula.internal.node;

import io.mobula.NodeId;
import io.mobula.internal.process.WorkerMain;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Halt of the process of a node that its cluster has removed. */
final class RemovedNodeHalt {
  private static final Logger LOG = LoggerFactory.getLogger(RemovedNodeHalt.class);

  private RemovedNodeHalt() {}

  /**
   * Halts this process if Mobula has started it: work of the removed node goes on in it despite its
   * interrupt, and is already done elsewhere. A process of the user is left alone.
   */
  static void haltIfOurs(NodeId id) {
    if (Boolean.getBoolean(WorkerMain.STARTED_PROPERTY)) {
      LOG.error(
          "Node {} was removed from its cluster, and work that still runs in it ignores its interrupt: the process is halted.",
          id);
      Runtime.getRuntime().halt(WorkerMain.REMOVED_EXIT_CODE);
    }
  }
}
