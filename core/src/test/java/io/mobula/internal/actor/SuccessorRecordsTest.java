package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.actor.SuccessorRecords.SuccessorRecord;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.execution.Job;
import io.mobula.spi.ActorOptions;
import io.mobula.spi.RemoteFunction;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test of the records of a successor: those of a lost owner are taken, once. */
class SuccessorRecordsTest {
  private static final NodeId OWNER = new NodeId(2);
  private static final NodeId OTHER = new NodeId(3);

  @TempDir
  private Path directory;

  private final CheckpointCopies copies = new CheckpointCopies();
  private final SuccessorRecords records = new SuccessorRecords(copies);
  private CheckpointFixture fixture;

  @BeforeEach
  void open() {
    fixture = new CheckpointFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private static ActorId id(long number) {
    return new ActorId(OWNER.incarnation(), number);
  }

  private SuccessorRecord recordOf(NodeId owner, long number) {
    RemoteFunction nothing = none -> null;
    var constructor = fixture.binder().bind(nothing, List.of(new double[8_000]));
    var options = ActorOptions.DEFAULT;
    var job = new Job(owner, false, null, 1);
    return new SuccessorRecord(
        owner,
        ActorDescriptor.of(id(number), "Counter", options),
        new ActorCreationSpec(constructor, options, job),
        ActorOwnerState.UNKNOWN);
  }

  @Test
  void theActorsOfTheLostOwnerAreTakenOnceWithTheLatestState() {
    records.add(recordOf(OWNER, 1));
    records.add(recordOf(OTHER, 2));
    var state =
        new ActorOwnerState(4, 2, new ActorAddress(OTHER, 4), true, new CheckpointVersion(1, 1));
    records.update(id(1), state);
    records.update(id(9), state);
    assertThat(records.contains(id(1))).isTrue();
    assertThat(records.contains(id(9))).isFalse();

    var taken = records.takeAllOf(OWNER);
    assertThat(taken).hasSize(1);
    assertThat(taken.getFirst().descriptor().id()).isEqualTo(id(1));
    assertThat(taken.getFirst().ownerState()).isEqualTo(state);
    assertThat(records.takeAllOf(OWNER)).isEmpty();
    assertThat(records.contains(id(2))).isTrue();
    assertThat(fixture.objectCount()).isEqualTo(2); // the arguments of both constructors
  }

  @Test
  void aForgottenRecordIsReleasedWithTheCopyOfTheCheckpoint() {
    records.add(recordOf(OWNER, 1));
    copies.keep(id(1), fixture.checkpoint(1, 1));
    assertThat(fixture.objectCount()).isEqualTo(2);
    records.forget(id(1));
    records.forget(id(1));
    assertThat(fixture.objectCount()).isZero();
    assertThat(records.contains(id(1))).isFalse();
  }

  @Test
  void aNewAppointmentReplacesTheOneBefore() {
    records.add(recordOf(OTHER, 1));
    records.add(recordOf(OWNER, 1));
    assertThat(fixture.objectCount()).isEqualTo(1);
    assertThat(records.takeAllOf(OTHER)).isEmpty();
    assertThat(records.takeAllOf(OWNER)).hasSize(1);
  }
}
