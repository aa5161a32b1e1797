package io.mobula.internal.sharing;

import io.mobula.NodeId;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Departure of this node's objects: it releases all holds, hands over what others hold and only
 * this node has, and says what is lost. {@link #leave} blocks its caller.
 */
final class ObjectDeparture {
  private static final Logger LOG = LoggerFactory.getLogger(ObjectDeparture.class);
  private static final Duration FREES = Duration.ofMillis(500);
  private static final int MAX_NAMED = 20;

  private final NodeId self;
  private final SharedObjectTable table;
  private final ValueCodec codec;
  private final ResultLoans loans;
  private final ObjectHandOver handOver;
  private final ReplicaKeeper replicas;

  ObjectDeparture(
      NodeId self,
      SharedObjectTable table,
      ValueCodec codec,
      ResultLoans loans,
      ObjectHandOver handOver,
      ReplicaKeeper replicas) {
    this.self = self;
    this.table = table;
    this.codec = codec;
    this.loans = loans;
    this.handOver = handOver;
    this.replicas = replicas;
  }

  /** Leaves; waits for the timeout at most. */
  void leave(Duration timeout) {
    loans.recall(timeout.dividedBy(4));
    table.entries().forEach(SharedEntry::giveUp);
    table.awaitFrees(this::isOnlyHere, FREES);
    var wanted = table.entries().stream()
        .filter(this::isOnlyHere)
        .filter(entry -> !replicas.isSpare(entry))
        .toList();
    var result = handOver.handOver(wanted, replicas::ranks, timeout);
    replicas.onHandedOver(result.newHolders());
    var lost = result.remaining().entrySet().stream()
        .filter(each -> !replicas.isElsewhere(each.getKey()))
        .map(each -> each.getKey() + " (" + each.getValue() + ")")
        .toList();
    if (!lost.isEmpty()) {
      LOG.warn(
          "{} of {} objects that others hold and only node {} was not copied to another node within {}; they are lost unless they can be reconstructed: {}{}",
          lost.size(),
          wanted.size(),
          self,
          timeout,
          lost.subList(0, Math.min(MAX_NAMED, lost.size())),
          lost.size() > MAX_NAMED ? " and more" : "");
    }
  }

  /**
   * Returns whether the object was made or put here or taken over, and is not freed yet; small
   * values count, too.
   */
  private boolean isOnlyHere(SharedEntry entry) {
    var outcome = entry.outcome();
    return outcome != null
        && ObjectHandOver.canGive(outcome)
        && (!codec.fitsFrame(outcome) || table.isOwn(entry.id()) || entry.isKept());
  }
}
