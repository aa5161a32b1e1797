package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.NodeId;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of checkpoints that are handed over: one that no actor takes leaves nothing in the store.
 */
class HandedOverCheckpointsTest {
  private static final ActorId ACTOR = new ActorId(1, 7);
  private static final NodeId OWNER = new NodeId(2);

  @TempDir
  private Path directory;

  private final HandedOverCheckpoints handedOver = new HandedOverCheckpoints();
  private CheckpointFixture fixture;

  @BeforeEach
  void open() {
    fixture = new CheckpointFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  private ReplicatedCheckpoint checkpoint(int term) {
    return fixture.checkpoint(term, 1);
  }

  @Test
  void theActorThatFollowsTakesIt() {
    var state = checkpoint(1);
    handedOver.put(ACTOR, OWNER, state);
    assertThat(handedOver.take(new ActorId(1, 8))).isNull();
    assertThat(handedOver.take(ACTOR)).isSameAs(state);
    assertThat(handedOver.take(ACTOR)).isNull();
    handedOver.drop(ACTOR);
    handedOver.left(OWNER);
    assertThat(fixture.objectCount()).isPositive(); // it is the actor's now
    state.release();
    assertThat(fixture.objectCount()).isZero();
  }

  @Test
  void ofAnActorThatIsNotCreatedItIsReleased() {
    handedOver.put(ACTOR, OWNER, checkpoint(1));
    handedOver.drop(ACTOR);
    assertThat(fixture.objectCount()).isZero();
  }

  @Test
  void aLaterOneReplacesIt() {
    handedOver.put(ACTOR, OWNER, checkpoint(1));
    long one = fixture.usedBytes();
    var later = checkpoint(2);
    handedOver.put(ACTOR, OWNER, later);
    assertThat(fixture.usedBytes()).isLessThan(2 * one);
    assertThat(handedOver.take(ACTOR)).isSameAs(later);
  }

  @Test
  void ofASenderThatHasLeftItIsReleased() {
    handedOver.put(ACTOR, OWNER, checkpoint(1));
    handedOver.left(new NodeId(3));
    assertThat(fixture.objectCount()).isPositive();
    handedOver.left(OWNER);
    assertThat(fixture.objectCount()).isZero();
    assertThat(handedOver.take(ACTOR)).isNull();
  }
}
