package io.mobula.internal.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class BlockAllocatorTest {
  private static final long KIB = 1024;

  private final BlockAllocator<String> allocator = new BlockAllocator<>();

  @Test
  void hasNothingToGiveBeforeAHomeIsAdded() {
    assertThat(allocator.allocate(1)).isNull();
  }

  @Test
  void roundsUpToCacheLines() {
    allocator.add("a", KIB);
    assertThat(allocator.allocate(1).bytes()).isEqualTo(64);
    assertThat(allocator.allocate(65).bytes()).isEqualTo(128);
    assertThat(allocator.usedBytes()).isEqualTo(192);
  }

  @Test
  void givesTheWholeHomeAndNotAByteMore() {
    allocator.add("a", KIB);
    assertThat(allocator.allocate(KIB + 1)).isNull();
    assertThat(allocator.allocate(KIB).bytes()).isEqualTo(KIB);
    assertThat(allocator.allocate(1)).isNull();
  }

  @Test
  void usesTheBlockFreedLastFirst() {
    allocator.add("a", 64 * KIB);
    List<Extent<String>> extents = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      extents.add(allocator.allocate(KIB));
    }
    allocator.free(extents.get(0));
    allocator.free(extents.get(4));
    allocator.free(extents.get(2));
    assertThat(allocator.allocate(KIB).offset()).isEqualTo(2 * KIB);
    assertThat(allocator.allocate(KIB).offset()).isEqualTo(4 * KIB);
    assertThat(allocator.allocate(KIB).offset()).isZero();
    assertThat(allocator.allocate(KIB).offset()).isEqualTo(6 * KIB);
  }

  @Test
  void prefersWarmRoomToColdAndCountsTheCold() {
    allocator.add("a", 64 * KIB);
    allocator.free(allocator.allocate(10 * KIB));
    assertThat(allocator.coldBytes()).isEqualTo(54 * KIB);
    assertThat(allocator.allocate(2 * KIB).offset()).isZero();
    assertThat(allocator.allocate(8 * KIB).offset()).isEqualTo(2 * KIB);
    assertThat(allocator.coldBytes()).isEqualTo(54 * KIB);
  }

  @Test
  void joinsAWarmEndWithTheColdRoomBehindIt() {
    allocator.add("a", 64 * KIB);
    allocator.free(allocator.allocate(10 * KIB));
    assertThat(allocator.allocate(60 * KIB).offset()).isZero();
    assertThat(allocator.coldBytes()).isEqualTo(4 * KIB);
  }

  @Test
  void mergesNeighboursOnBothSides() {
    allocator.add("a", 3 * KIB);
    Extent<String> left = allocator.allocate(KIB);
    Extent<String> middle = allocator.allocate(KIB);
    Extent<String> right = allocator.allocate(KIB);
    allocator.free(left);
    allocator.free(right);
    assertThat(allocator.allocate(2 * KIB)).isNull();
    allocator.free(middle);
    assertThat(allocator.allocate(3 * KIB)).isNotNull();
  }

  @Test
  void findsTheOneFittingBlockAmongManyOfItsClass() {
    allocator.add("a", 1024 * KIB);
    List<Extent<String>> toFree = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      toFree.add(allocator.allocate(64 * 64 + (i == 0 ? 128 : 0)));
      allocator.allocate(64);
    }
    while (allocator.allocate(64) != null) {
      // fills the remaining memory
    }
    toFree.forEach(allocator::free);
    assertThat(allocator.allocate(64 * 64 + 128).offset()).isZero();
  }

  @Test
  void aHomeIsRemovedOnlyWhenNothingInItIsUsed() {
    allocator.add("a", KIB);
    allocator.add("b", KIB);
    Extent<String> inA = allocator.allocate(KIB);
    assertThat(allocator.isIdle("a")).isFalse();
    assertThat(allocator.removeIdle("a")).isFalse();
    assertThat(allocator.removeIdle("b")).isTrue();
    assertThat(allocator.allocate(64)).isNull();
    allocator.free(inA);
    assertThat(allocator.removeIdle("a")).isTrue();
    assertThat(allocator.removeIdle("a")).isFalse();
    assertThat(allocator.totalBytes()).isZero();
  }

  @Test
  void refusesToFreeTwice() {
    allocator.add("a", KIB);
    Extent<String> extent = allocator.allocate(64);
    allocator.free(extent);
    assertThatThrownBy(() -> allocator.free(extent)).isInstanceOf(IllegalStateException.class);
  }

  /**
   * Compares with a model: used blocks never overlap or leave their home, and after all are freed
   * each home is one block again.
   */
  @RepeatedTest(5)
  void agreesWithAModelInRandomUse() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    System.out.println("BlockAllocatorTest seed " + seed);
    TreeMap<Long, Extent<String>> a = new TreeMap<>();
    TreeMap<Long, Extent<String>> b = new TreeMap<>();
    allocator.add("a", 256 * KIB);
    allocator.add("b", 64 * KIB);
    for (int i = 0; i < 20_000; i++) {
      if (random.nextInt(100) < 52) {
        Extent<String> taken = allocator.allocate(randomSize(random));
        if (taken != null) {
          addWithoutOverlap(taken.home().equals("a") ? a : b, taken, seed);
        }
      } else {
        freeOne(random.nextInt(5) > 0 ? a : b, random);
      }
      assertThat(allocator.usedBytes()).as("seed " + seed).isEqualTo(sum(a) + sum(b));
      if (random.nextInt(4_000) == 0) {
        freeAll(a);
        freeAll(b);
        assertThat(allocator.allocate(256 * KIB)).as("seed " + seed).satisfies(allocator::free);
      }
    }
    freeAll(a);
    freeAll(b);
    assertThat(allocator.allocate(256 * KIB)).as("seed " + seed).isNotNull();
    assertThat(allocator.allocate(64 * KIB)).as("seed " + seed).isNotNull();
    assertThat(allocator.allocate(1)).as("seed " + seed).isNull();
  }

  private static long randomSize(Random random) {
    return random.nextInt(10) == 0 ? 1 + random.nextInt(100_000) : 1 + random.nextInt(2_000);
  }

  private static void addWithoutOverlap(
      TreeMap<Long, Extent<String>> used, Extent<String> taken, long seed) {
    long end = taken.offset() + taken.bytes();
    assertThat(end)
        .as("seed " + seed)
        .isLessThanOrEqualTo(taken.home().equals("a") ? 256 * KIB : 64 * KIB);
    assertThat(taken.offset() % 64).as("seed " + seed).isZero();
    var before = used.floorEntry(taken.offset());
    if (before != null) {
      assertThat(before.getKey() + before.getValue().bytes())
          .as("seed " + seed)
          .isLessThanOrEqualTo(taken.offset());
    }
    Long after = used.ceilingKey(taken.offset());
    assertThat(after == null || end <= after).as("seed " + seed).isTrue();
    used.put(taken.offset(), taken);
  }

  private void freeOne(TreeMap<Long, Extent<String>> used, Random random) {
    if (!used.isEmpty()) {
      Long at = used.floorKey((long) random.nextInt((int) (256 * KIB)));
      allocator.free(used.remove(at == null ? used.firstKey() : at));
    }
  }

  private void freeAll(TreeMap<Long, Extent<String>> used) {
    used.values().forEach(allocator::free);
    used.clear();
  }

  private static long sum(TreeMap<Long, Extent<String>> used) {
    return used.values().stream().mapToLong(Extent::bytes).sum();
  }
}
