package io.mobula.internal.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.internal.directory.DirectoryMessage.Free;
import io.mobula.internal.directory.DirectoryMessage.Keep;
import io.mobula.internal.directory.DirectoryMessage.Refused;
import io.mobula.internal.directory.ObjectRecord.ParticipantEntry;
import io.mobula.internal.directory.ObjectStatement.Copy;
import io.mobula.internal.directory.ObjectStatement.Hold;
import io.mobula.internal.directory.ObjectStatement.LocalState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Test of what a shard repeats until it is obeyed, and of what it does not. */
class RecordRemindersTest {
  private static final int SHARD = 3;
  private static final long RESEND_MILLIS = 500;
  private static final Participant HOST = Participant.node(new NodeId(1));
  private static final Participant NODE = Participant.node(new NodeId(2));

  private final Map<Participant, ParticipantState> participants = new HashMap<>();
  private final List<Map.Entry<Participant, DirectoryMessage>> sent = new ArrayList<>();
  private final MessageSink sink = (to, message) -> sent.add(Map.entry(to, message));
  private final RecordReminders reminders = new RecordReminders(
      SHARD,
      7,
      HOST,
      RESEND_MILLIS,
      new AttemptResolver(
          SHARD,
          7,
          new ShardSettings(
              new ShardMap(4), new MessagingSettings(1, 1, 1, RESEND_MILLIS, 1_000), 1_000, 0),
          participants,
          sink),
      sink);
  private final ObjectRecord record = new ObjectRecord(new ObjectId(1, 2, 3), 0);

  private void member(Participant who) {
    participants.computeIfAbsent(who, ParticipantState::new).markPresent();
  }

  private ParticipantEntry entry(Participant who) {
    return record.entries.computeIfAbsent(
        who, key -> new ParticipantEntry(ParticipantState.Tombstone.NONE));
  }

  private Object messageTo(Participant who) {
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().getKey()).isEqualTo(who);
    return sent.removeFirst().getValue();
  }

  @Test
  void nothingIsSentAboutARecordInOrder() {
    member(NODE);
    entry(NODE).hold = new Hold(1, true);
    reminders.send(record, 0);
    assertThat(sent).isEmpty();
    assertThat(reminders.outstanding()).isEmpty();
  }

  @Test
  void aFreedObjectIsRepeatedAtMostOnceInAnInterval() {
    member(NODE);
    entry(NODE).version = 5;
    record.freeing = true;
    reminders.send(record, 100);
    assertThat(messageTo(NODE)).isEqualTo(new Free(SHARD, 7, record.id, 5));
    reminders.send(record, 100 + RESEND_MILLIS - 1);
    assertThat(sent).isEmpty();
    assertThat(reminders.outstanding()).containsExactly(record.id);
    reminders.send(record, 100 + RESEND_MILLIS);
    assertThat(messageTo(NODE)).isInstanceOf(Free.class);
    record.freeing = false;
    reminders.send(record, 100 + RESEND_MILLIS + 1);
    assertThat(reminders.outstanding()).isEmpty();
  }

  @Test
  void nothingIsSentToANodeThatHasLeft() {
    member(NODE);
    participants.get(NODE).markLeft(1_000);
    entry(NODE);
    record.freeing = true;
    reminders.send(record, 0);
    assertThat(sent).isEmpty();
    assertThat(reminders.outstanding()).isEmpty();
  }

  @Test
  void aCopyOfAnotherAttemptIsRefused() {
    member(NODE);
    entry(NODE).localState = new LocalState(new Copy(2, 10, true), 0, false, 2);
    record.acceptedAttempt = 1;
    reminders.send(record, 0);
    assertThat(messageTo(NODE)).isEqualTo(new Refused(SHARD, 7, record.id, 2, 1));
  }

  @Test
  void aHolderKeepsFactsThatOnlyTheShardKnows() {
    member(HOST);
    member(NODE);
    record.notReconstructibleReason = "it was put";
    entry(NODE).hold = new Hold(1, true);
    reminders.send(record, 0);
    assertThat(messageTo(NODE)).isEqualTo(new Keep(SHARD, 7, record.id, null, null, "it was put"));
    entry(NODE).localState = new LocalState(null, 0, true, 0);
    reminders.send(record, RESEND_MILLIS);
    assertThat(sent).isEmpty();
  }

  @Test
  void aForgottenRecordHasNothingOutstanding() {
    member(NODE);
    entry(NODE);
    record.freeing = true;
    reminders.send(record, 0);
    reminders.forget(record.id);
    assertThat(reminders.outstanding()).isEmpty();
    assertThat(sent).hasSize(1);
  }
}
