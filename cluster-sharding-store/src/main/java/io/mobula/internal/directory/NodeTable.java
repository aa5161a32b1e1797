package io.mobula.internal.directory;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Ack;
import io.mobula.internal.directory.DirectoryMessage.Found;
import io.mobula.internal.directory.DirectoryMessage.Free;
import io.mobula.internal.directory.DirectoryMessage.Heard;
import io.mobula.internal.directory.DirectoryMessage.Keep;
import io.mobula.internal.directory.DirectoryMessage.Refused;
import io.mobula.internal.directory.DirectoryMessage.Ruling;
import io.mobula.internal.directory.DirectoryMessage.SnapshotRequest;
import io.mobula.spi.DirectoryListener;
import io.mobula.spi.Located;
import io.mobula.spi.Rebuild;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One node's side of the directory, pure: what it says and what it asks. What a message makes
 * happen outside comes back as an action, to be run without any lock.
 */
final class NodeTable {
  @SuppressWarnings("UnnecessaryLambda") // one that says its name where it is used
  private static final Runnable NOTHING = () -> {};

  private final HolderTable statements;
  private final Questions questions;
  private final DirectoryListener listener;
  private final ShardMap map;

  NodeTable(NodeId self, ShardMap map, Pace pace, DirectoryListener listener) {
    this.statements = new HolderTable(Participant.node(self), self.incarnation(), map, pace);
    this.questions = new Questions(self, map, pace);
    this.listener = listener;
    this.map = map;
  }

  HolderTable statements() {
    return statements;
  }

  Questions questions() {
    return questions;
  }

  /**
   * Sends what is due.
   *
   * @return the questions that nobody attends to, which are given up
   */
  List<Questions.Unheard> flush(long now, Sink sink) {
    statements.flush(now, sink);
    return questions.flush(now, sink);
  }

  /** Whether nothing is due before something new comes. */
  boolean isQuiet() {
    return statements.isQuiet() && questions.isEmpty();
  }

  Runnable receive(DirectoryMessage.ToParticipant message, long now, Sink sink) {
    if (!map.knows(message)) {
      return NOTHING;
    }
    return switch (message) {
      case Ack ack -> {
        statements.acknowledged(ack);
        yield NOTHING;
      }
      case SnapshotRequest request -> {
        statements.snapshot(request, now, sink);
        yield NOTHING;
      }
      case Free free -> statements.free(free) ? () -> listener.freed(free.id()) : NOTHING;
      case Refused refused ->
        statements.refused(refused)
            ? () -> listener.refused(refused.id(), refused.attempt(), refused.accepted())
            : NOTHING;
      case Keep keep -> {
        statements.keep(keep);
        yield NOTHING;
      }
      case Heard heard -> {
        questions.heard(heard, now);
        yield NOTHING;
      }
      case Found found -> onFound(found);
      case Ruling ruling -> onRuling(ruling);
    };
  }

  private Runnable onFound(Found found) {
    var asked = questions.answered(found);
    statements.heardOf(found.id(), found.attempt());
    return asked == null ? NOTHING : () -> complete(asked, Questions.located(found));
  }

  /** A grant counts only if the shard that gave it knows all of this node. */
  private Runnable onRuling(Ruling ruling) {
    boolean granted = ruling.verdict() == Ruling.Verdict.GRANTED;
    if (granted && !statements.believes(ruling.shard(), ruling.incarnation())) {
      return NOTHING;
    }
    var asked = questions.answered(ruling);
    if (asked == null) {
      return NOTHING;
    }
    if (granted) {
      statements.making(ruling.id(), ruling.attempt());
    }
    return () -> complete(asked, Questions.rebuild(ruling));
  }

  private static <T> void complete(@Nullable CompletableFuture<T> asked, T answer) {
    if (asked != null) {
      asked.complete(answer);
    }
  }

  CompletableFuture<Located> locate(ObjectId id, int lostAttempt) {
    return questions.locate(id, lostAttempt);
  }

  CompletableFuture<Rebuild> rebuild(ObjectId id, int lostAttempt) {
    return questions.rebuild(id, lostAttempt);
  }
}
