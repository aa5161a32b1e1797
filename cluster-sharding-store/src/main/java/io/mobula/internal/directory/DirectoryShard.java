package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.AskToRebuild;
import io.mobula.internal.directory.DirectoryMessage.Batch;
import io.mobula.internal.directory.DirectoryMessage.Digest;
import io.mobula.internal.directory.DirectoryMessage.Heard;
import io.mobula.internal.directory.DirectoryMessage.Locate;
import io.mobula.internal.directory.DirectoryMessage.Snapshot;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One shard of the directory, pure: what comes in are messages, members and the time, what goes out
 * goes to a {@link Sink}.
 *
 * <p>It knows nothing when it starts and asks: first all nodes, which answer at once; until they
 * have, nobody is told where anything is. Then it knows what its own records keep alive and answers
 * the other shards, which it has asked the same. Only when those have answered too, and the grace
 * is over that a member it has not heard of might need, does it free anything.
 */
final class DirectoryShard {
  private static final int DEPARTED_REMEMBERED = 1024;
  private static final int MOST_NAMED = 5;

  private final int number;
  private final long incarnation;
  private final Rules rules;
  private final Sink sink;
  private final long startedAt;
  private final Records records;
  private final KeptAlive kept;
  private final Map<Participant, Standing> standings = new HashMap<>();
  private final Set<Participant> departed = new RecentSet<>(DEPARTED_REMEMBERED);
  private final Set<Participant> awaitedNodes = new HashSet<>();
  private final Set<Participant> awaitedShards = new HashSet<>();
  private final Map<Participant, SnapshotRequest> askedTooEarly = new HashMap<>();
  private long nonces;
  private long repairs;
  private boolean nodesIn;
  private boolean frees;

  /**
   * Starts by asking everybody.
   *
   * @param incarnation differs from that of any other start of any shard
   * @param host the process that it runs in
   * @param members the nodes there are
   */
  DirectoryShard(
      int number,
      long incarnation,
      NodeId host,
      Rules rules,
      Collection<NodeId> members,
      long now,
      Sink sink) {
    this.number = number;
    this.incarnation = incarnation;
    this.rules = rules;
    this.sink = sink;
    this.startedAt = now;
    this.kept = new KeptAlive(number, incarnation, rules);
    this.records = new Records(number, incarnation, host, rules, standings, kept, sink);
    for (var member : members) {
      awaitedNodes.add(Participant.node(member));
      joined(member, now);
    }
    for (int other = 0; other < rules.map().shards(); other++) {
      var shard = standing(Participant.shard(other), now);
      shard.isThere();
      awaitedShards.add(shard.who);
      ask(shard, now);
    }
    noteAnswers(now);
  }

  /** A node has come; also one that is there already. */
  void joined(NodeId node, long now) {
    var standing = standing(Participant.node(node), now);
    standing.isThere();
    ask(standing, now);
    records.settleAll(standing.ids, now);
  }

  /** A node has left or is dead. Its copies are gone, its holds last for the grace. */
  void left(NodeId node, long now) {
    var who = Participant.node(node);
    var standing = standing(who, now);
    standing.hasLeftUntil(now + rules.graceMillis());
    departed.add(who);
    awaitedNodes.remove(who);
    records.settleAll(standing.ids, now);
    noteAnswers(now);
    kept.flush(now, sink);
  }

  void receive(DirectoryMessage.ToShard message, long now) {
    if (!rules.map().knows(message)) {
      return;
    }
    switch (message) {
      case Batch batch -> onBatch(batch, now);
      case Snapshot snapshot -> onSnapshot(snapshot, now);
      case Digest digest -> onDigest(digest, now);
      case Locate(var from, var id, var lostAttempt) -> {
        var asker = Participant.node(from);
        heard(asker, id, records.locate(asker, id, lostAttempt, now));
      }
      case AskToRebuild ask ->
        heard(Participant.node(ask.from()), ask.id(), records.rebuild(ask, now));
      case Ack ack -> kept.acknowledged(ack).forEach(records::acknowledgeSettled);
      case SnapshotRequest request -> onSnapshotRequest(request, now);
    }
    kept.flush(now, sink);
  }

  /** Who asks and has no answer yet learns that somebody attends to it. */
  private void heard(Participant asker, ObjectId id, boolean answered) {
    if (!answered) {
      var awaited =
          awaitedNodes.stream().limit(MOST_NAMED).map(Participant::nodeId).toList();
      sink.send(asker, new Heard(number, id, awaited));
    }
  }

  /** What time brings; to be called a few times in each resend interval. */
  void tick(long now) {
    for (var standing : List.copyOf(standings.values())) {
      if (standing.expires() <= now) {
        forget(standing, now);
      } else if (standing.asked() != null && mayAsk(standing, now)) {
        ask(standing, now);
      }
    }
    noteAnswers(now);
    records.tick(now);
    kept.flush(now, sink);
  }

  /** Whether {@link #tick} may have something to do by and by, as far as is known now. */
  boolean awaitsTime() {
    return !frees
        || kept.awaitsTime()
        || records.awaitsTime()
        || standings.values().stream().anyMatch(Standing::awaitsTime);
  }

  /** Tells the other shards what they should know of this one's holds. */
  void digests() {
    kept.digests(sink);
  }

  private Standing standing(Participant who, long now) {
    return standings.computeIfAbsent(who, key -> {
      var standing = new Standing(key);
      standing.isAwayUntil(now + rules.graceMillis());
      return standing;
    });
  }

  private boolean mayAsk(Standing standing, long now) {
    boolean reachable = !departed.contains(standing.who);
    return reachable && !standing.isAsked(now, rules.pace().resendMillis());
  }

  private void ask(Standing standing, long now) {
    var request = new SnapshotRequest(number, incarnation, ++nonces);
    standing.ask(request, now);
    sink.send(standing.who, request);
  }

  private void askUnlessAsked(Standing standing, long now) {
    if (mayAsk(standing, now)) {
      ask(standing, now);
    }
  }

  private void forget(Standing standing, long now) {
    standings.remove(standing.who);
    for (var id : List.copyOf(standing.ids)) {
      records.forget(standing.who, id, now);
    }
  }

  private boolean isForgotten(Participant who) {
    return departed.contains(who) && !standings.containsKey(who);
  }

  private void onBatch(Batch batch, long now) {
    if (isForgotten(batch.from())) {
      return;
    }
    var standing = standing(batch.from(), now);
    boolean known = batch.believed() == incarnation
        && standing.hasAnswered()
        && standing.incarnation() == batch.incarnation();
    if (!known) {
      askUnlessAsked(standing, now);
      if (!batch.from().ofNode()) {
        return; // of an incarnation whose holds are not known as a whole
      }
    }
    var touched = new HashSet<ObjectId>();
    for (var unit : batch.units()) {
      standing.heard(unit.version());
      records.apply(standing, unit, false, now, touched);
    }
    records.settleAll(touched, now);
    if (known) {
      standing.raiseFloor(batch.floor());
      acknowledge(batch);
    }
  }

  private void acknowledge(Batch batch) {
    var understood = new ArrayList<Ack.Known>();
    for (var unit : batch.units()) {
      if (records.isSettled(batch.from(), unit)) {
        understood.add(new Ack.Known(unit.id(), unit.version()));
      }
    }
    if (!understood.isEmpty()) {
      sink.send(batch.from(), new Ack(number, incarnation, List.copyOf(understood)));
    }
  }

  private void onSnapshot(Snapshot part, long now) {
    var standing = standings.get(part.from());
    if (standing == null) {
      return;
    }
    if (part.answers().incarnation() != incarnation) {
      askUnlessAsked(standing, now); // it believes in another incarnation
      return;
    }
    var parts = standing.collect(part);
    if (parts == null) {
      return;
    }
    if (standing.isOutrun(parts.getFirst())) {
      ask(standing, now);
      return;
    }
    records.adopt(standing, parts, now);
    awaitedNodes.remove(standing.who);
    awaitedShards.remove(standing.who);
    noteAnswers(now);
  }

  private void onDigest(Digest digest, long now) {
    if (isForgotten(digest.from())) {
      return;
    }
    var standing = standing(digest.from(), now);
    if (digest.believed() != incarnation
        || !standing.hasAnswered()
        || standing.incarnation() != digest.incarnation()) {
      askUnlessAsked(standing, now);
      return;
    }
    if (digest.version() < standing.heard()) {
      return; // it has been overtaken
    }
    standing.raiseFloor(digest.version());
    var sum = records.digestOf(standing);
    if (sum.count() != digest.count() || sum.hash() != digest.hash()) {
      repairs++;
      askUnlessAsked(standing, now);
    }
  }

  private void onSnapshotRequest(SnapshotRequest request, long now) {
    var asker = standing(Participant.shard(request.shard()), now);
    if (asker.incarnation() != request.incarnation()) {
      askUnlessAsked(asker, now); // what its predecessor held may be held no more
    }
    if (nodesIn) {
      kept.snapshot(request, now, sink);
    } else {
      askedTooEarly.put(Participant.shard(request.shard()), request);
    }
  }

  private void noteAnswers(long now) {
    if (!nodesIn && awaitedNodes.isEmpty()) {
      nodesIn = true;
      records.answerFrom(now);
      askedTooEarly.values().forEach(request -> kept.snapshot(request, now, sink));
      askedTooEarly.clear();
    }
    if (!frees && nodesIn && awaitedShards.isEmpty() && now >= startedAt + rules.graceMillis()) {
      frees = true;
      records.freeFrom(now);
    }
  }

  /** How often a digest did not fit. */
  long repairs() {
    return repairs;
  }

  int number() {
    return number;
  }

  Records records() {
    return records;
  }

  /** Whether it answers. */
  boolean answers() {
    return nodesIn;
  }

  /** Whether it frees. */
  boolean frees() {
    return frees;
  }
}
