package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.NodeId;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ObjectWaiterTest {
  @TempDir
  Path directory;

  private ObjectStore store;

  @BeforeEach
  void open() {
    store = new ObjectStore(
        new NodeId(1),
        Codec.create(CodecOptions.defaults()),
        SharedStore.open(new StoreOptions(directory, 1 << 20, 1 << 20, false)),
        new ObjectStore.Limits(1024, Duration.ofSeconds(1)),
        Runnable::run);
  }

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void anObjectThatIsThereTwiceIsFoundWhereverItIs() {
    var random = new Random(5);
    for (int size = 0; size < 300; size++) {
      var entries = new ObjectEntry[size];
      for (int i = 0; i < size; i++) {
        entries[i] = store.createPending(i / 3, i % 3, null);
      }
      assertThat(ObjectWaiter.hasTwice(entries)).isFalse();
      if (size > 1) {
        int from = random.nextInt(size);
        entries[(from + 1 + random.nextInt(size - 1)) % size] = entries[from];
        assertThat(ObjectWaiter.hasTwice(entries)).isTrue();
      }
    }
  }
}
