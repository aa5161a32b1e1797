package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.internal.checkpoint.CheckpointVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Test of copies of checkpoints: the latest is kept, and every other one is released. */
class CheckpointCopiesTest {
  private static final ActorId ACTOR = new ActorId(1, 7);

  @TempDir
  private Path directory;

  private final CheckpointCopies copies = new CheckpointCopies();
  private CheckpointFixture fixture;

  @BeforeEach
  void open() {
    fixture = new CheckpointFixture(directory);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void theLatestReplacesThoseBefore() {
    var first = fixture.checkpoint(1, 1);
    assertThat(copies.keep(ACTOR, first)).isTrue();
    long one = fixture.objectCount();
    var second = fixture.checkpoint(1, 2);
    assertThat(copies.keep(ACTOR, second)).isTrue();
    assertThat(copies.find(ACTOR)).isSameAs(second);
    assertThat(fixture.objectCount()).isEqualTo(one);
  }

  @Test
  void anEarlierOneIsReleasedAndDoesNotCount() {
    var latest = fixture.checkpoint(2, 1);
    assertThat(copies.keep(ACTOR, latest)).isTrue();
    long one = fixture.objectCount();
    assertThat(copies.keep(ACTOR, fixture.checkpoint(1, 9))).isFalse();
    assertThat(copies.find(ACTOR)).isSameAs(latest);
    assertThat(fixture.objectCount()).isEqualTo(one);
  }

  @Test
  void afterItIsTakenUpTheOlderIncarnationsSavesDoNotCount() {
    var state = fixture.checkpoint(1, 5);
    copies.keep(ACTOR, state);
    assertThat(copies.takeUp(ACTOR)).isSameAs(state);
    assertThat(copies.keep(ACTOR, fixture.checkpoint(1, 6))).isFalse();
    var next = state.version().nextTerm();
    assertThat(copies.find(ACTOR).version()).isEqualTo(next);
    assertThat(next).isGreaterThan(new CheckpointVersion(1, 6));
    assertThat(copies.takeUp(new ActorId(1, 8))).isNull();
  }

  @Test
  void ofAnActorThatHasEndedItIsReleased() {
    copies.keep(ACTOR, fixture.checkpoint(1, 1));
    copies.forget(new ActorId(1, 8));
    assertThat(fixture.objectCount()).isPositive();
    copies.forget(ACTOR);
    copies.forget(ACTOR);
    assertThat(fixture.objectCount()).isZero();
    assertThat(copies.find(ACTOR)).isNull();
  }
}
