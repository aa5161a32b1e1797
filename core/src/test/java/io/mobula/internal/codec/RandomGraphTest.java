package io.mobula.internal.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Test of random values, from one thread and from many. */
class RandomGraphTest {
  private static final int GRAPHS = 2_000;
  private static final int THREADS = 8;

  private final Codec codec = Codec.create(CodecOptions.defaults().withBufferThreshold(32));

  private static Object random(Random random, int depth) {
    int width = random.nextInt(5);
    return switch (random.nextInt(depth > 6 ? 8 : 16)) {
      case 0 -> null;
      case 1 -> random.nextInt();
      case 2 -> random.nextLong();
      case 3 -> random.nextDouble();
      case 4 -> text(random);
      case 5 -> new UUID(random.nextLong(), random.nextLong());
      case 6 -> SampleClasses.Fruit.values()[random.nextInt(2)];
      case 7 -> SampleClasses.Level.values()[random.nextInt(2)];
      case 8 -> many(random, depth, width);
      case 9 -> new SampleClasses.Box<>(random(random, depth + 1));
      case 10 ->
        new SampleClasses.Bean("b", random.nextInt(), random.nextDouble(), List.of(text(random)));
      case 11 -> map(random, depth, width, new HashMap<>());
      case 12 -> map(random, depth, width, new TreeMap<>());
      case 13 -> map(random, depth, width, new LinkedHashMap<>());
      case 14 -> Optional.ofNullable(random(random, depth + 1));
      default -> Arrays.asList(many(random, depth, width).toArray());
    };
  }

  private static String text(Random random) {
    return random
        .ints(random.nextInt(40), 1, random.nextBoolean() ? 128 : 0xd000)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static List<Object> many(Random random, int depth, int width) {
    List<Object> list = new ArrayList<>();
    for (int i = 0; i < width; i++) {
      list.add(random(random, depth + 1));
    }
    return list;
  }

  private static Map<String, Object> map(
      Random random, int depth, int width, Map<String, Object> map) {
    for (int i = 0; i < width; i++) {
      map.put(text(random), random(random, depth + 1));
    }
    return map;
  }

  private void roundTrips(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < GRAPHS; i++) {
      Object value = many(random, 0, 5);
      assertThat(codec.decode(codec.encode(value)))
          .as("seed %d, graph %d", seed, i)
          .isEqualTo(value);
    }
  }

  @Test
  void roundTripsRandomGraphs() {
    long seed = System.nanoTime();
    System.out.println("RandomGraphTest seed " + seed);

    roundTrips(seed);
  }

  @Test
  void roundTripsFromManyThreadsAtOnce() throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
      List<Callable<Void>> work = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        long seed = i;
        work.add(() -> {
          roundTrips(seed);
          return null;
        });
      }
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    }
  }
}
