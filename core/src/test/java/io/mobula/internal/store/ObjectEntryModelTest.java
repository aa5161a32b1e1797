package io.mobula.internal.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.NodeId;
import io.mobula.ObjectRef;
import io.mobula.error.RefClosedException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.codec.Codec;
import io.mobula.internal.codec.CodecOptions;
import io.mobula.internal.memory.SharedStore;
import io.mobula.internal.memory.StoreOptions;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Counting of holds: an object without a hold is freed at once, and one with a hold is readable.
 */
class ObjectEntryModelTest {
  private static final int BYTES = 100_000;

  @TempDir
  Path directory;

  private SharedStore memory;
  private ObjectStore store;

  @BeforeEach
  void open() {
    memory = SharedStore.open(new StoreOptions(directory, 32 << 20, 1 << 20, false));
    var codec = Codec.create(CodecOptions.defaults().withExternalTypes(ObjectRef.class));
    store = new ObjectStore(
        new NodeId(1),
        codec,
        memory,
        new ObjectStore.Limits(1024, Duration.ofSeconds(5)),
        Runnable::run);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Model of an object: its refs, and the objects that contain it. */
  private static final class ObjectModel {
    final int value;
    final List<ObjectRef<Object>> refs = new ArrayList<>();
    final List<ObjectModel> inside = new ArrayList<>();
    int containers;
    boolean freed;

    ObjectModel(int value) {
      this.value = value;
    }

    boolean isHeld() {
      return !refs.isEmpty() || containers > 0;
    }

    void freeIfUnheld() {
      if (!isHeld() && !freed) {
        freed = true;
        inside.forEach(each -> {
          each.containers--;
          each.freeIfUnheld();
        });
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23})
  void whatNobodyHoldsIsFreedAtOnce(long seed) {
    var random = new Random(seed);
    var objects = new ArrayList<ObjectModel>();
    for (int step = 0; step < 1500; step++) {
      var reachable = reachable(objects);
      if (reachable.size() > 60 || (!reachable.isEmpty() && random.nextBoolean())) {
        closeOne(reachable, random);
      } else {
        objects.add(make(step, reachable, random));
      }
      forgetFreed(objects);
      assertThat(memory.objectCount()).as("seed %d, step %d", seed, step).isEqualTo(objects.size());
    }
    objects.forEach(each -> each.refs.forEach(ObjectRef::close));
    assertThat(memory.objectCount()).as("seed %d", seed).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {31, 32, 33})
  void whatIsHeldIsReadableHoweverItsHoldersCameByIt(long seed) throws Exception {
    var random = new Random(seed);
    var objects = new ArrayList<ObjectModel>();
    for (int step = 0; step < 1500; step++) {
      var reachable = reachable(objects);
      switch (reachable.isEmpty() ? 0 : reachable.size() > 30 ? 1 : random.nextInt(3)) {
        case 0 -> objects.add(make(step, reachable, random));
        case 1 -> closeOne(reachable, random);
        default -> readInside(reachable.get(random.nextInt(reachable.size())), random);
      }
      forgetFreed(objects);
      for (var each : reachable(objects)) {
        if (random.nextInt(10) == 0) {
          assertThat(valueOf(each)).as("seed %d, step %d", seed, step).isEqualTo(each.value);
        }
      }
    }
    objects.forEach(each -> each.refs.forEach(ObjectRef::close));
    PollingAssert.untilCollected("all is freed, seed " + seed, () -> memory.objectCount() == 0);
  }

  private static List<ObjectModel> reachable(List<ObjectModel> objects) {
    return objects.stream().filter(each -> !each.refs.isEmpty()).toList();
  }

  private static void forgetFreed(List<ObjectModel> objects) {
    objects.forEach(ObjectModel::freeIfUnheld);
    objects.removeIf(each -> each.freed);
  }

  private ObjectModel make(int value, List<ObjectModel> reachable, Random random) {
    var made = new ObjectModel(value);
    var content = new ArrayList<Object>();
    content.add(value);
    content.add(new byte[BYTES]);
    for (int i = random.nextInt(3); i > 0 && !reachable.isEmpty(); i--) {
      var inner = reachable.get(random.nextInt(reachable.size()));
      if (made.inside.contains(inner)) {
        continue; // a ref that is in a value twice is one ref for its reader, too
      }
      content.add(inner.refs.getFirst());
      inner.containers++;
      made.inside.add(inner);
    }
    made.refs.add(store.put(content));
    return made;
  }

  private static void closeOne(List<ObjectModel> reachable, Random random) {
    var one = reachable.get(random.nextInt(reachable.size()));
    one.refs.remove(random.nextInt(one.refs.size())).close();
  }

  /** Reads a value and keeps one of the refs inside; all others are closed. */
  private static void readInside(ObjectModel outer, Random random) {
    var content = (List<?>) outer.refs.getFirst().get();
    int keep = outer.inside.isEmpty() ? -1 : random.nextInt(outer.inside.size());
    for (int i = 0; i < outer.inside.size(); i++) {
      @SuppressWarnings("unchecked")
      var ref = (ObjectRef<Object>) content.get(i + 2);
      if (i == keep) {
        outer.inside.get(i).refs.add(ref);
      } else {
        ref.close();
      }
    }
  }

  private static Object valueOf(ObjectModel model) {
    return ((List<?>) model.refs.getFirst().get()).getFirst();
  }

  @Test
  void theFirstOutcomeCounts() {
    var entry = store.createPending(1, 0, null);
    try (var ref = store.<Object>ref(entry)) {
      assertThat(ref.isReady()).isFalse();
      assertThat(entry.complete(store.converter().snapshot("first", 100))).isTrue();
      assertThat(entry.complete(store.converter().snapshot(new byte[BYTES], 100)))
          .isFalse();
      assertThat(entry.fail(new ObjectFailure(() -> new TaskFailedException("late", null))))
          .isFalse();
      assertThat(ref.get()).isEqualTo("first");
      assertThat(memory.objectCount()).isZero();
    }
  }

  @Test
  void aResultNobodyWantsAnyMoreIsFreedWhenItComes() {
    var entry = store.createPending(1, 0, null);
    store.ref(entry).close();
    entry.complete(store.converter().snapshot(new byte[BYTES], 100));
    assertThat(memory.objectCount()).isZero();
    assertThatThrownBy(() -> store.ref(entry)).isInstanceOf(RefClosedException.class);
  }

  @Test
  void waitersHearOnceAndOnlyIfTheyHaveToWait() {
    var entry = store.createPending(1, 0, null);
    var heard = new AtomicInteger();
    CompletionListener forgetful = ready -> heard.addAndGet(100);
    assertThat(entry.await(ready -> heard.incrementAndGet())).isTrue();
    assertThat(entry.await(ready -> heard.incrementAndGet())).isTrue();
    assertThat(entry.await(forgetful)).isTrue();
    entry.forget(forgetful);
    try (var ref = store.ref(entry)) {
      entry.complete(store.converter().snapshot(1, 100));
      assertThat(heard).hasValue(2);
      assertThat(entry.await(ready -> heard.incrementAndGet())).isFalse();
      assertThat(heard).hasValue(2);
      assertThat(ref.isReady()).isTrue();
    }
  }

  @Test
  void refsMayBeClosedAndReadByManyThreads() throws Exception {
    for (int round = 0; round < 200; round++) {
      var inner = store.put(new byte[BYTES]);
      var outer = store.put(List.of(inner));
      inner.close();
      try (var threads = Executors.newFixedThreadPool(3)) {
        var readers = new ArrayList<java.util.concurrent.Future<?>>();
        for (int i = 0; i < 2; i++) {
          readers.add(threads.submit(() -> {
            try {
              var found = outer.get().getFirst();
              assertThat(found.get()).hasSize(BYTES);
              found.close();
            } catch (RefClosedException closed) {
              assertThat(closed).hasMessageContaining("close");
            }
          }));
        }
        readers.add(threads.submit(outer::close));
        for (var reader : readers) {
          reader.get(30, TimeUnit.SECONDS);
        }
      }
    }
    PollingAssert.untilCollected("all is freed", () -> memory.objectCount() == 0);
  }
}
