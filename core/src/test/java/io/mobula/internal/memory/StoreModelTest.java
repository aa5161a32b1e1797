package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.mobula.error.StoreFullException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/**
 * Test of the whole store against a model, in random order: pinned objects are readable and
 * unchanged, freed objects without pins are reclaimed, blocks never overlap, and the capacity is
 * not exceeded.
 */
class StoreModelTest {
  private static final long CAPACITY = 512 * 1024;
  private static final long SEGMENT = 64 * 1024;

  @TempDir
  Path base;

  /** Expected state of an object; its content repeats the low byte of its number. */
  private static final class ExpectedObject {
    final SealedObject object;
    final byte fill;
    final List<MemorySegment> views = new ArrayList<>();

    ExpectedObject(SealedObject object, byte fill) {
      this.object = object;
      this.fill = fill;
    }
  }

  private final List<ExpectedObject> live = new ArrayList<>();
  private final List<ExpectedObject> freedButRead = new ArrayList<>();
  private byte nextFill;

  @RepeatedTest(3)
  void agreesWithAModelInRandomUse() {
    long seed = System.nanoTime();
    System.out.println("StoreModelTest seed " + seed);
    Random random = new Random(seed);
    StoreOptions options = new StoreOptions(base, CAPACITY, SEGMENT, random.nextBoolean());
    AtomicLong reclaims = new AtomicLong();
    try (SharedStore store = SharedStore.open(options, new StoreLayout(10, 40_000))) {
      store.onReclaim(reclaims::incrementAndGet);
      for (int i = 0; i < 3_000; i++) {
        step(store, random);
        assertThat(store.usedBytes()).as("seed " + seed).isLessThanOrEqualTo(CAPACITY);
        if (i % 100 == 0) {
          check(store, seed);
        }
      }
      check(store, seed);
      live.forEach(expectedObject -> expectedObject.object.free());
      freedButRead.addAll(live);
      live.clear();
      freedButRead.forEach(expected -> assertReadable(expected, seed));
    }
    freedButRead.forEach(expected -> assertReadable(expected, seed));
    assertThat(reclaims).as("seed " + seed).hasPositiveValue();
    freedButRead.clear();
  }

  private void step(SharedStore store, Random random) {
    int dice = random.nextInt(100);
    if (dice < 50) {
      create(store, randomSize(random), random.nextInt(10) == 0);
    } else if (!live.isEmpty()) {
      ExpectedObject expectedObject = live.get(random.nextInt(live.size()));
      if (dice < 52) {
        expectedObject.views.add(expectedObject.object.view());
      } else if (dice < 60) {
        assertThat(expectedObject.object.<Long>read(MemorySegment::byteSize))
            .isEqualTo(expectedObject.object.byteSize());
      } else {
        free(expectedObject);
      }
    }
  }

  private void create(SharedStore store, long bytes, boolean abandon) {
    try {
      WritableBlock block = store.create(bytes);
      byte fill = nextFill++;
      block.segment().fill(fill);
      if (abandon) {
        block.abandon();
      } else {
        live.add(new ExpectedObject(block.seal(), fill));
      }
    } catch (StoreFullException full) {
      assertThat(store.usedBytes() + bytes)
          .as("full although half is free")
          .isGreaterThan(CAPACITY / 2);
      List.copyOf(live).forEach(this::free);
    }
  }

  private void free(ExpectedObject expectedObject) {
    expectedObject.object.free();
    live.remove(expectedObject);
    if (expectedObject.views.isEmpty()) {
      assertThat(expectedObject.object.isPinned()).isFalse();
    } else if (freedButRead.size() < 4) {
      freedButRead.add(expectedObject);
    }
  }

  private void check(SharedStore store, long seed) {
    live.forEach(expectedObject -> expectedObject.object.<@Nullable Void>read(
        content -> assertHolds(expectedObject, content, seed)));
    live.forEach(expected -> assertReadable(expected, seed));
    freedButRead.forEach(expected -> assertReadable(expected, seed));
    assertThat(store.objectCount()).as("seed " + seed).isGreaterThanOrEqualTo(live.size());
    long held = live.stream()
        .mapToLong(expected -> BlockAllocator.roundUp(expected.object.byteSize()))
        .sum();
    assertThat(store.usedBytes()).as("seed " + seed).isGreaterThanOrEqualTo(held);
  }

  private static void assertReadable(ExpectedObject expectedObject, long seed) {
    expectedObject.views.forEach(view -> assertHolds(expectedObject, view, seed));
  }

  private static @Nullable Void assertHolds(
      ExpectedObject expectedObject, MemorySegment content, long seed) {
    for (byte b : content.toArray(ValueLayout.JAVA_BYTE)) {
      if (b != expectedObject.fill) {
        throw new AssertionError(
            "seed " + seed + ": " + expectedObject.object + " was overwritten");
      }
    }
    return null;
  }

  private static long randomSize(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> 0;
      case 1 -> 1 + random.nextInt(150_000);
      case 2 -> SEGMENT;
      default -> 1 + random.nextInt(5_000);
    };
  }
}
