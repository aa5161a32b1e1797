package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ObjectId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Statements that a participant repeats when they are not acknowledged. */
class StatementOutboxTest {
  private static final int RESEND = 100;
  private static final MessagingSettings PACE =
      new MessagingSettings(10, 4096, 1_000, RESEND, 1_000);

  private final StatementOutbox outbox = new StatementOutbox(PACE);
  private long version;

  private StatementEntry say(int number) {
    var entry = outbox.entry(new ObjectId(1, number, 0), version);
    entry.setHeld(true);
    entry.restate(++version);
    outbox.enqueue(entry);
    return entry;
  }

  private List<ObjectStatement> sent(long now) {
    var all = new ArrayList<ObjectStatement>();
    for (var statements = outbox.nextBatch(now);
        !statements.isEmpty();
        statements = outbox.nextBatch(now)) {
      all.addAll(statements);
    }
    return all;
  }

  @Test
  void aShardThatAnswersLateIsNotToldAllAgain() {
    for (int i = 0; i < 400; i++) {
      say(i);
    }
    assertThat(sent(0)).hasSize(400);
    assertThat(sent(RESEND - 1)).isEmpty();
    assertThat(sent(RESEND))
        .as("the oldest quarter")
        .hasSize(100)
        .first()
        .satisfies(statement -> assertThat(statement.id().task()).isZero());
    assertThat(sent(RESEND + 1)).isEmpty();
    assertThat(sent(2 * RESEND))
        .hasSize(100)
        .first()
        .satisfies(unit -> assertThat(unit.id().task()).isEqualTo(100));
  }

  @Test
  void whatWasSentBeforeSomethingThatIsAnsweredIsSaidAgainAtOnce() {
    for (int i = 0; i < 400; i++) {
      say(i);
    }
    sent(0);
    var later = say(400);
    sent(1);
    outbox.acknowledged(later, later.version());
    assertThat(sent(RESEND)).as("all of it was lost").hasSize(400);
    assertThat(sent(RESEND + 1)).isEmpty();
  }

  @Test
  void whatIsKnownIsNotSaidAgain() {
    var entry = say(1);
    sent(0);
    outbox.acknowledged(entry, entry.version());
    assertThat(sent(RESEND)).isEmpty();
    assertThat(outbox.isAllAcknowledged()).isTrue();
  }

  @Test
  void aNewIncarnationIsToldAllAtOnce() {
    for (int i = 0; i < 400; i++) {
      say(i);
    }
    sent(0);
    outbox.setShardIncarnation(5);
    assertThat(sent(1)).hasSize(400);
  }
}
