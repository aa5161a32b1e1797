package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.QueryReceived;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Every query ends: with an answer, or with the reason why no shard attends to it. */
class PendingQueriesTest {
  private static final MessagingSettings PACE = new MessagingSettings(1, 1, 1, 100, 1000);
  private static final ObjectId ID = new ObjectId(5, 6, 7);
  private static final MessageSink NOWHERE = (to, message) -> {};

  private final PendingQueries queries = new PendingQueries(new NodeId(9), new ShardMap(1), PACE);

  /** Advances the time, with a flush in each resend interval. */
  private void pass(long from, long to) {
    for (long now = from; now <= to; now += PACE.resendMillis()) {
      queries.flush(now, NOWHERE).forEach(each -> each.fail("nobody hosts it", PACE));
    }
  }

  private static void fails(CompletableFuture<?> question, String why) {
    assertThat(question).isCompletedExceptionally();
    assertThatThrownBy(question::join)
        .hasMessageContaining("Shard 0 of the directory does not answer: " + why)
        .hasMessageContaining("PT1S (mobula.directory.query-timeout)");
  }

  @Test
  void whatNoShardHearsFailsAfterTheQueryTimeout() {
    var location = queries.locate(ID, 0);
    var rebuilt = queries.requestReconstruction(ID, 1);
    pass(5000, 5900);
    assertThat(location).isNotDone();
    assertThat(rebuilt).isNotDone();
    pass(6000, 6000);
    fails(location, "nobody hosts it");
    fails(rebuilt, "nobody hosts it");
    assertThat(queries.isEmpty()).isTrue();
  }

  @Test
  void whatAShardAttendsToWaitsForAsLongAsThatSaysSo() {
    var location = queries.locate(ID, 0);
    for (long now = 0; now < 20_000; now += 500) {
      pass(now, now + 400);
      queries.onReceived(new QueryReceived(0, ID, List.of()), now + 400);
    }
    assertThat(location).isNotDone();
    pass(19_900, 21_000);
    fails(location, "nobody hosts it");
  }

  @Test
  void whatWaitsForANodeThatSaysNothingFailsAndNamesIt() {
    var location = queries.locate(ID, 0);
    for (long now = 0; now <= 1000; now += 100) {
      queries.onReceived(new QueryReceived(0, ID, List.of(new NodeId(0xBAD))), now);
      pass(now, now);
    }
    fails(location, "it has just started, and nodes [" + new NodeId(0xBAD) + "] have not reported");
  }

  @Test
  void whoeverWaitsWhileShardsMoveHasTheFullTimeoutAgain() {
    var location = queries.locate(ID, 0);
    queries.restartTimeouts(0); // no shard has been asked yet
    for (long now = 5000; now < 15_000; now += 900) {
      pass(now, now + 800);
      queries.restartTimeouts(now + 800);
    }
    assertThat(location).isNotDone();
    pass(15_800, 16_900);
    fails(location, "nobody hosts it");
  }

  @Test
  void whoAsksAgainHasTheFullTimeoutAgain() {
    var first = queries.locate(ID, 0);
    pass(0, 1000);
    var second = queries.locate(ID, 0);
    pass(1100, 2000);
    assertThat(first).isCompletedExceptionally();
    assertThat(second).isNotDone();
  }
}
