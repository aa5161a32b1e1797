package io.mobula.internal.sharing;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.cluster.Membership;
import io.mobula.internal.cluster.Peer;
import io.mobula.internal.lane.FrameReader;
import io.mobula.internal.lane.FrameWriter;
import io.mobula.internal.lane.Lanes;
import io.mobula.internal.lane.Router;
import io.mobula.internal.store.Content;
import io.mobula.internal.store.Deadline;
import io.mobula.internal.store.ObjectStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects that only a leaving node has, and that others hold: copied by nodes that stay. Safe for
 * all threads; {@link #giveAll} blocks its caller.
 */
final class HandOver implements Membership.Listener {
  private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);
  private static final int TAKE = 11;
  private static final int TAKEN = 12;
  /** How long a thread waits for an object that has been moved since it was offered. */
  private static final Duration MOST_TAKING = Duration.ofSeconds(10);

  private final Sharing sharing;
  private final ObjectStore store;
  private final Membership membership;
  private final Lanes lanes;
  private final Map<Given, CompletableFuture<Boolean>> open = new ConcurrentHashMap<>();

  private record Given(NodeId to, ObjectId id) {}

  HandOver(Sharing sharing, ObjectStore store, Membership membership, Lanes lanes, Router router) {
    this.sharing = sharing;
    this.store = store;
    this.membership = membership;
    this.lanes = lanes;
    router.on(TAKE, this::onTake).on(TAKEN, this::onTaken);
    membership.subscribe(this);
  }

  /** Has nodes that stay copy these objects, turn by turn; returns how many they did not take. */
  int giveAll(Collection<SharedEntry> entries, Duration limit) {
    var takers = membership.peers().stream()
        .filter(peer -> peer.role() != Peer.Role.DRIVER)
        .map(Peer::id)
        .toList();
    if (takers.isEmpty() || entries.isEmpty()) {
      return entries.size();
    }
    var answers = new ArrayList<CompletableFuture<Boolean>>();
    int turn = 0;
    for (var entry : entries) {
      answers.add(give(entry, takers.get(turn++ % takers.size())));
    }
    return left(answers, limit);
  }

  private CompletableFuture<Boolean> give(SharedEntry entry, NodeId to) {
    var answer = new CompletableFuture<Boolean>();
    if (!(entry.outcome() instanceof Content.InStore sealed)) {
      answer.complete(true); // it has been freed meanwhile
      return answer;
    }
    var given = new Given(to, entry.id());
    open.put(given, answer);
    var frame = new FrameWriter().octet(TAKE);
    Location.write(frame, entry.id());
    sharing.write(frame, sealed, entry.id());
    sharing.seal(frame, to, () -> {}); // it is kept until all have answered
    if (!sharing.send(to, frame) || membership.peer(to) == null) {
      open.remove(given);
      answer.complete(false);
    }
    return answer;
  }

  private static int left(List<CompletableFuture<Boolean>> answers, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    int left = 0;
    for (var answer : answers) {
      try {
        left += answer.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS) ? 0 : 1;
      } catch (TimeoutException | ExecutionException late) {
        left++;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return answers.size();
      }
    }
    return left;
  }

  private void onTake(NodeId from, FrameReader frame) {
    var id = Location.readId(frame);
    var offered = sharing.read(frame);
    sharing.received(from, frame);
    if (offered instanceof Content.Away(var remote) && remote instanceof RemoteObject object) {
      object
          .bring()
          .whenComplete((content, failure) -> store.background(() -> {
            boolean taken = content != null && take(object);
            object.discard();
            answer(from, id, taken);
          }));
    } else {
      answer(from, id, false);
    }
  }

  private boolean take(RemoteObject object) {
    try {
      return sharing.takeOver(object, Deadline.after(MOST_TAKING));
    } catch (RuntimeException noRoom) {
      LOG.warn(
          "Object {} of a leaving node cannot be taken over", object.location().id(), noRoom);
      return false;
    }
  }

  private void answer(NodeId to, ObjectId id, boolean taken) {
    var frame = new FrameWriter().octet(TAKEN);
    Location.write(frame, id);
    lanes.send(to, frame.flag(taken).toBytes());
  }

  private void onTaken(NodeId from, FrameReader frame) {
    var answer = open.remove(new Given(from, Location.readId(frame)));
    if (answer != null) {
      answer.complete(frame.flag());
    }
  }

  @Override
  public void joined(Peer peer) {}

  @Override
  public void left(Peer peer, String how) {
    for (var given : List.copyOf(open.keySet())) {
      var answer = given.to().equals(peer.id()) ? open.remove(given) : null;
      if (answer != null) {
        answer.complete(false);
      }
    }
  }
}
