package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.ActorId;
import io.mobula.NodeId;
import io.mobula.internal.call.CallBinder;
import io.mobula.internal.checkpoint.CheckpointVersion;
import io.mobula.internal.checkpoint.SavedState;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.store.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of checkpoints that are handed over: one that no actor takes leaves nothing in the store.
 */
class HandedOverCheckpointsTest {
  private static final Codec CODEC = Codec.create(CodecOptions.defaults());
  private static final ActorId ACTOR = new ActorId(1, 7);
  private static final NodeId OWNER = new NodeId(2);

  @TempDir
  private Path directory;

  private final HandedOverCheckpoints handedOver = new HandedOverCheckpoints();
  private ExecutorService threads;
  private SharedStore memory;
  private ObjectStore store;

  @BeforeEach
  void open() {
    threads = Executors.newCachedThreadPool();
    memory = SharedStore.open(new StoreOptions(directory, 1 << 20, 1 << 20, false));
    var limits = new ObjectStore.Limits(1024, Duration.ofSeconds(5));
    store = new ObjectStore(new NodeId(1), CODEC, memory, limits, threads, (name, max) -> threads);
  }

  @AfterEach
  void close() {
    store.close();
    threads.shutdownNow();
  }

  private ReplicatedCheckpoint checkpoint(int term) {
    var saved =
        new SavedState(new CheckpointVersion(term, 1), new byte[] {1}, new double[8_000 + term]);
    var state = ReplicatedCheckpoint.of(saved, new CallBinder(store, CODEC, 1024));
    assertThat(memory.objectCount()).isPositive();
    return state;
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
    assertThat(memory.objectCount()).isPositive(); // it is the actor's now
    state.release();
    assertThat(memory.objectCount()).isZero();
  }

  @Test
  void ofAnActorThatIsNotCreatedItIsReleased() {
    handedOver.put(ACTOR, OWNER, checkpoint(1));
    handedOver.drop(ACTOR);
    assertThat(memory.objectCount()).isZero();
  }

  @Test
  void aLaterOneReplacesIt() {
    handedOver.put(ACTOR, OWNER, checkpoint(1));
    long one = memory.usedBytes();
    var later = checkpoint(2);
    handedOver.put(ACTOR, OWNER, later);
    assertThat(memory.usedBytes()).isLessThan(2 * one);
    assertThat(handedOver.take(ACTOR)).isSameAs(later);
  }

  @Test
  void ofASenderThatHasLeftItIsReleased() {
    handedOver.put(ACTOR, OWNER, checkpoint(1));
    handedOver.left(new NodeId(3));
    assertThat(memory.objectCount()).isPositive();
    handedOver.left(OWNER);
    assertThat(memory.objectCount()).isZero();
    assertThat(handedOver.take(ACTOR)).isNull();
  }
}
