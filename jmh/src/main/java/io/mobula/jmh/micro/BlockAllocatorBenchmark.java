package io.mobula.jmh.micro;

import io.mobula.internal.memory.BlockAllocator;
import io.mobula.internal.memory.Extent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Arithmetic of the block allocator, without any memory behind it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BlockAllocatorBenchmark {
  private static final int LIVE = 1_000;
  private static final int MAX_BYTES = 64 << 10;
  private static final long SEED = 42;

  private BlockAllocator<String> allocator = new BlockAllocator<>();
  private final List<Extent<String>> live = new ArrayList<>();
  private Random random = new Random(SEED);

  /** Fills a segment with a thousand blocks of all sizes and gaps between them. */
  @Setup(Level.Iteration)
  public void fill() {
    allocator = new BlockAllocator<>();
    allocator.add("segment", 256L << 20);
    random = new Random(SEED);
    live.clear();
    for (int i = 0; i < 2 * LIVE; i++) {
      live.add(allocate());
    }
    for (int i = LIVE; i < 2 * LIVE; i++) {
      allocator.free(live.remove(random.nextInt(live.size())));
    }
  }

  /** Allocates and frees the same size again and again, as a loop of puts does. */
  @Benchmark
  public long same() {
    var extent = taken(allocator.allocate(1 << 20));
    allocator.free(extent);
    return extent.offset();
  }

  /** Frees a random block and allocates one of another size. */
  @Benchmark
  public long mixed() {
    int victim = random.nextInt(LIVE);
    allocator.free(live.get(victim));
    var extent = allocate();
    live.set(victim, extent);
    return extent.offset();
  }

  private Extent<String> allocate() {
    return taken(allocator.allocate(1 + random.nextInt(MAX_BYTES)));
  }

  private static Extent<String> taken(@Nullable Extent<String> extent) {
    if (extent == null) {
      throw new IllegalStateException("the segment of this benchmark is full");
    }
    return extent;
  }
}
