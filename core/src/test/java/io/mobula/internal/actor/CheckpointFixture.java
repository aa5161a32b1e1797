package io.mobula.internal.actor;

import static org.assertj.core.api.Assertions.assertThat;

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

/** Object store with checkpoints of actors, for tests of what is released. */
final class CheckpointFixture implements AutoCloseable {
  private static final Codec CODEC = Codec.create(CodecOptions.defaults());

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final SharedStore memory;
  private final ObjectStore store;
  private final CallBinder binder;

  CheckpointFixture(Path directory) {
    memory = SharedStore.open(new StoreOptions(directory, 1 << 20, 1 << 20, false));
    var limits = new ObjectStore.Limits(1024, Duration.ofSeconds(5));
    store = new ObjectStore(new NodeId(1), CODEC, memory, limits, threads, (name, max) -> threads);
    binder = new CallBinder(store, CODEC, 1024);
  }

  @Override
  public void close() {
    store.close();
    threads.shutdownNow();
  }

  CallBinder binder() {
    return binder;
  }

  /** Returns the number of objects in the store's memory. */
  long objectCount() {
    return memory.objectCount();
  }

  long usedBytes() {
    return memory.usedBytes();
  }

  /** Makes a checkpoint whose state is in the store's memory. */
  ReplicatedCheckpoint checkpoint(int term, int number) {
    var version = new CheckpointVersion(term, number);
    var saved = new SavedState(version, new byte[] {1}, new double[8_000 + term]);
    var state = ReplicatedCheckpoint.of(saved, binder);
    assertThat(memory.objectCount()).isPositive();
    return state;
  }
}
