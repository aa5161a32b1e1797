package io.mobula.internal.sharing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectId;
import io.mobula.ObjectRef;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.execution.ValueProducer;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.internal.store.EntryRef;
import io.mobula.internal.store.ObjectContent;
import io.mobula.internal.store.ObjectStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SharedObjectTableTest {
  private static final NodeId SELF = new NodeId(1);
  private static final ObjectId FOREIGN = new ObjectId(2, 3, 0);

  @TempDir
  Path directory;

  private final List<ObjectId> settled = new ArrayList<>();
  private final List<ObjectId> dropped = new ArrayList<>();
  private ObjectStore store;
  private SharedObjectTable table;

  /** Handler that records what it hears. */
  private final class RecordingHandler implements SharedObjectTable.EntryHandler {
    @Override
    @SuppressWarnings("NullAway") // nobody waits for these objects
    public @Nullable ValueProducer producer(ObjectId id) {
      return null;
    }

    @Override
    public void onSettled(SharedEntry entry) {
      settled.add(entry.id());
    }

    @Override
    public void onDropped(ObjectId id) {
      dropped.add(id);
    }
  }

  @BeforeEach
  void open() {
    store = new ObjectStore(
        SELF,
        Codec.create(CodecOptions.defaults().withExternalTypes(ObjectRef.class)),
        SharedStore.open(new StoreOptions(directory, 1 << 20, 1 << 20, false)),
        new ObjectStore.Limits(1024, Duration.ofSeconds(5)),
        Runnable::run);
    table = new SharedObjectTable(store, SELF, new DirectoryClient(SELF));
  }

  @AfterEach
  void close() {
    store.close();
  }

  private void connect() {
    table.connect(new RecordingHandler());
  }

  private ObjectContent.Sealed sealed() {
    return (ObjectContent.Sealed) store.converter().snapshot(new byte[4096], 0);
  }

  @Test
  void refusesObjectsBeforeItIsConnected() {
    assertThatThrownBy(() -> table.importEntry(FOREIGN))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("before its table is connected");
  }

  @Test
  void sharesAnObjectOnceAndTellsItsOutcomeOnce() {
    connect();
    var ref = store.put(new byte[4096]);
    var entry = EntryRef.entryOf(ref, store);
    table.share(entry);
    table.share(entry);
    assertThat(settled).containsExactly(ref.id());
    assertThat(table.find(ref.id())).isNotNull();
    assertThat(table.isOwn(ref.id())).isTrue();
    ref.close();
    assertThat(table.find(ref.id())).as("others may hold it").isNotNull();
  }

  @Test
  void forgetsAnObjectOfAnotherProcessThatNobodyHereHolds() {
    connect();
    var first = table.importEntry(FOREIGN);
    var second = table.importEntry(FOREIGN);
    assertThat(second).isSameAs(first);
    first.release();
    assertThat(table.find(FOREIGN)).isNotNull();
    second.release();
    assertThat(table.find(FOREIGN)).isNull();
  }

  @Test
  void keepsTheFirstReadableBytesAndTellsOfEachAttempt() {
    connect();
    var first = sealed();
    table.keep(FOREIGN, first, 1).release();
    table.keep(FOREIGN, sealed(), 2).release();
    var entry = table.find(FOREIGN);
    assertThat(entry).isNotNull();
    assertThat(entry.ownCopy()).isSameAs(first);
    assertThat(entry.attempt()).isEqualTo(1);
    assertThat(settled).containsExactly(FOREIGN, FOREIGN);
  }

  @Test
  void dropsWhatTheDirectoryRefusesUnlessItIsHeld() {
    connect();
    var held = table.keep(FOREIGN, sealed(), 1);
    table.refused(FOREIGN, 1, 2);
    assertThat(table.find(FOREIGN)).isNotNull();
    held.release();
    table.refused(FOREIGN, 1, 2);
    assertThat(table.find(FOREIGN)).isNull();
    assertThat(dropped).containsExactly(FOREIGN);
  }

  @Test
  void awaitsFreesUntilNothingMatches() throws InterruptedException {
    connect();
    table.keep(FOREIGN, sealed(), 1).release();
    table.awaitFrees(entry -> true, Duration.ofMillis(1)); // nothing is freed
    assertThat(table.entries()).hasSize(1);
    var waiting = Thread.ofPlatform()
        .daemon()
        .start(() -> table.awaitFrees(entry -> true, Duration.ofHours(1)));
    while (waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait(); // until the test's own timeout
    }
    table.freed(FOREIGN);
    // a thread that is notified wants the monitor from that moment, however late it gets it
    assertThat(waiting.getState()).isNotEqualTo(Thread.State.TIMED_WAITING);
    waiting.join();
    assertThat(table.entries()).isEmpty();
  }
}
