package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.StoreFullException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.spi.SpillTarget;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Full store that spills, and a worker of the same node that needs memory. */
@Timeout(60)
class VacatedSegmentsTest {
  private static final int SEGMENT = 256 << 10;
  private static final int CAPACITY = 8 * SEGMENT;
  private static final int BYTES = 100_000;
  private static final SpillTarget.SpillSettings NOWHERE =
      new SpillTarget.SpillSettings(List.of(), 0, 0);

  @TempDir
  Path directory;

  private final HeapSpillTarget target = new HeapSpillTarget();
  private SharedStore nodeMemory;
  private ObjectStore node;
  private ObjectStore worker;

  @BeforeEach
  void open() {
    nodeMemory = SharedStore.open(new StoreOptions(directory, CAPACITY, SEGMENT, false));
    node = store(1, nodeMemory, new SpillConfig(NOWHERE, 0.9, spillSettings -> target));
    worker = store(
        2,
        SharedStore.open(new StoreOptions(null, CAPACITY, SEGMENT, false, nodeMemory.directory())),
        SpillConfig.NONE);
  }

  private static ObjectStore store(long id, SharedStore memory, SpillConfig spillConfig) {
    return new ObjectStore(
        new NodeId(id),
        Codec.create(CodecOptions.defaults()),
        memory,
        new ObjectStore.Limits(1024, Duration.ofSeconds(id == 1 ? 1 : 20), spillConfig),
        Runnable::run);
  }

  @AfterEach
  void close() {
    worker.close();
    node.close();
  }

  private static List<ObjectRef<byte[]>> put(ObjectStore store, int count) {
    var refs = new ArrayList<ObjectRef<byte[]>>();
    for (int i = 0; i < count; i++) {
      var bytes = new byte[BYTES];
      Arrays.fill(bytes, (byte) i);
      refs.add(store.put(bytes));
    }
    return refs;
  }

  private static void assertReadable(List<ObjectRef<byte[]>> refs) {
    for (int i = 0; i < refs.size(); i++) {
      assertThat(refs.get(i).get()).containsOnly(i).hasSize(BYTES);
    }
  }

  @Test
  void spillsUntilTheOtherHasItsPart() {
    var nodes = put(node, 2 * CAPACITY / SEGMENT);
    assertThat(target.parts).isEmpty();
    var workers = put(worker, 6);
    assertThat(target.parts).isNotEmpty();
    assertReadable(workers);
    assertReadable(nodes); // and is restored within the remaining capacity
    assertReadable(workers);
  }

  @Test
  void givesNothingThatSomebodyViews() {
    try (var room = node.create(CAPACITY - SEGMENT)) {
      var ref = room.seal();
      var view = ref.get();
      var impatient = beside();
      try {
        assertThatThrownBy(() -> put(impatient, 3))
            .isInstanceOf(StoreFullException.class)
            .hasMessageContaining("processes of the same node");
      } finally {
        impatient.close();
      }
      assertThat(view.byteSize()).isEqualTo(CAPACITY - SEGMENT);
    }
  }

  private ObjectStore beside() {
    return new ObjectStore(
        new NodeId(3),
        Codec.create(CodecOptions.defaults()),
        SharedStore.open(new StoreOptions(null, CAPACITY, SEGMENT, false, nodeMemory.directory())),
        new ObjectStore.Limits(1024, Duration.ofMillis(2500), SpillConfig.NONE),
        Runnable::run);
  }
}
