package io.mobula.internal.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.CheckpointedActor;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskCancelledException;
import io.mobula.placement.Placement;
import io.mobula.placement.PlacementStrategy;
import io.mobula.placement.Resources;
import io.mobula.spi.RuntimeEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Fuzz test of frames of every kind that nodes send each other: handlers reject altered frames with
 * an error of Mobula, and no ledger breaks. Runs only with {@code -Dmobula.test.fuzz.seconds}.
 */
@EnabledIfSystemProperty(named = "mobula.test.fuzz.seconds", matches = "\\d+")
@Tag("fuzz")
@Timeout(value = 60, unit = TimeUnit.MINUTES)
class FrameFuzzTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final int LARGE = 300_000;

  @TempDir
  static Path directory;

  static final class Counter {
    private int count;

    int add(int by) {
      count += by;
      return count;
    }

    byte[] grow(byte[] seen) {
      return new byte[seen.length + 1];
    }

    int fail(String why) {
      throw new IllegalStateException(why);
    }
  }

  /** Actor that saves its count in checkpoints. */
  static final class SavedCounter implements CheckpointedActor<Integer> {
    private int count;

    int add(int by) {
      count += by;
      return count;
    }

    int fall() {
      throw new AssertionError("it is to be made anew");
    }

    @Override
    public Integer save() {
      return count;
    }

    @Override
    public void load(Integer state) {
      count = state;
    }
  }

  static int sum(int a, byte[] of) {
    return a + of.length;
  }

  static byte[] large(int bytes) {
    return new byte[bytes];
  }

  static int fail(String why) {
    throw new IllegalArgumentException(why, new IllegalStateException("below"));
  }

  static CompletionStage<Integer> later(int value) {
    return CompletableFuture.supplyAsync(
        () -> value, CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS));
  }

  static Stream<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed();
  }

  static Iterator<byte[]> blocks(int count) {
    return Stream.generate(() -> new byte[LARGE]).limit(count).iterator();
  }

  static int printed(int value) {
    System.out.println("printed by a task");
    return value;
  }

  static int endless(int value) throws InterruptedException {
    Thread.sleep(Long.MAX_VALUE);
    return value;
  }

  static int ofRef(List<ObjectRef<Integer>> pending) {
    return pending.getFirst().get() + 1;
  }

  static int inner(int value) {
    return Mobula.runtime().task(FrameFuzzTest::printed, value).remote().get();
  }

  private static MobulaRuntime open(String name, Path stores, String... join) {
    var settings = Mobula.settings()
        .listen(0)
        .cpus(4)
        .storeCapacity(64 << 20)
        .storeDirectory(stores.resolve(name))
        .set("mobula.tasks.lease-idle", "60s");
    return Mobula.init(join.length == 0 ? settings : settings.join(join));
  }

  @Test
  void whatCannotBeReadIsRefused() throws Exception {
    for (var name : List.of("one", "two")) {
      java.nio.file.Files.createDirectories(directory.resolve(name));
    }
    try (var one = open("one", directory);
        var two = open("two", directory, one.nodes().getFirst().address())) {
      var toOne = new RecordedFrames(one, two.nodeId());
      var toTwo = new RecordedFrames(two, one.nodeId());
      work(one, two);
      var kinds = new TreeSet<>(toOne.kinds());
      kinds.addAll(toTwo.kinds());
      System.out.println("frames recorded: " + kinds);
      assertThat(kinds).containsAll(RecordedFrames.BY_WORK);
      var found = new ArrayList<>(toTwo.search());
      found.addAll(toOne.search());
      assertThat(found).isEmpty();
      // the ledgers process their messages: a frame that breaks a ledger ends its node
      assertThat(one.availableResources()).isNotNull();
      assertThat(two.availableResources()).isNotNull();
    }
  }

  /** Produces work of every kind between the nodes. */
  private static void work(MobulaRuntime one, MobulaRuntime two) throws Exception {
    var there = Placement.on(two.nodeId());
    var large = one.put(new byte[LARGE]);
    assertThat(one.task(FrameFuzzTest::sum, 1, large).placement(there).remote().get(LIMIT))
        .isEqualTo(LARGE + 1);
    assertThat(one.task(FrameFuzzTest::sum, 1, new byte[10])
            .placement(there)
            .remote()
            .get(LIMIT))
        .isEqualTo(11);
    assertThat(one.task(FrameFuzzTest::large, LARGE).placement(there).remote().get(LIMIT))
        .hasSize(LARGE);
    assertThat(one.task(FrameFuzzTest::inner, 3).placement(there).remote().get(LIMIT))
        .isEqualTo(3);
    ObjectRef<?> stage = one.task(FrameFuzzTest::later, 4).placement(there).remote();
    assertThat((Object) stage.get(LIMIT)).isEqualTo(4);
    var failing = one.task(FrameFuzzTest::fail, "as told").placement(there).remote();
    assertThatThrownBy(() -> failing.get(LIMIT)).hasMessageContaining("as told");
    try (var stream =
        one.task(FrameFuzzTest::numbers, 5).placement(there).remote(ResultForm.stream())) {
      var seen = new ArrayList<Integer>();
      stream.forEach(ref -> seen.add(ref.get(LIMIT)));
      assertThat(seen).hasSize(5);
    }
    try (var stream =
        one.task(FrameFuzzTest::blocks, 3).placement(there).remote(ResultForm.iterator())) {
      stream.forEach(ref -> assertThat(ref.get(LIMIT)).hasSize(LARGE));
    }
    var cancelled = one.task(FrameFuzzTest::endless, 1).placement(there).remote();
    var slow = cast(one.task(FrameFuzzTest::later, 5).placement(there).remote());
    assertThat(one.task(FrameFuzzTest::ofRef, List.of(slow))
            .placement(there)
            .remote()
            .get(LIMIT))
        .isEqualTo(6);
    cancelled.cancel();
    assertThatThrownBy(() -> cancelled.get(LIMIT)).isInstanceOf(TaskCancelledException.class);
    actors(one, two);
    lasting(one, two);
    group(one);
    assertThat(one.nodes()).hasSize(2);
    assertThat(one.waiting()).isEmpty();
  }

  @SuppressWarnings("unchecked") // the task of a stage returns the stage's value
  private static ObjectRef<Integer> cast(ObjectRef<?> ref) {
    return (ObjectRef<Integer>) ref;
  }

  private static void actors(MobulaRuntime one, MobulaRuntime two) throws Exception {
    var there = Placement.on(two.nodeId());
    var counter = one.actor(Counter::new).placement(there).remote();
    assertThat(counter.call(Counter::add, 2).remote().get(LIMIT)).isEqualTo(2);
    assertThat(counter.call(Counter::grow, new byte[LARGE]).remote().get(LIMIT)).hasSize(LARGE + 1);
    var failing = counter.call(Counter::fail, "an actor").remote();
    assertThatThrownBy(() -> failing.get(LIMIT)).hasMessageContaining("an actor");
    var passed = one.task(FrameFuzzTest::twice, counter).placement(there).remote();
    assertThat(passed.get(LIMIT)).isEqualTo(6);
    counter.kill();
    var drained = one.actor(Counter::new).placement(there).remote();
    assertThat(drained.call(Counter::add, 1).remote().get(LIMIT)).isEqualTo(1);
    drained.drain(LIMIT).toCompletableFuture().get();
  }

  /** Creates a detached actor with checkpoints, which fails and restarts, and an Akka behavior. */
  private static void lasting(MobulaRuntime one, MobulaRuntime two) throws Exception {
    var there = Placement.on(two.nodeId());
    var saved = one.actor(SavedCounter::new)
        .placement(there)
        .checkpointEvery(1)
        .maxRestarts(1)
        .name("saved")
        .detached()
        .remote();
    assertThat(saved.call(SavedCounter::add, 2).remote().get(LIMIT)).isEqualTo(2);
    var fallen = saved.call(SavedCounter::fall).remote();
    assertThatThrownBy(() -> fallen.get(LIMIT)).hasMessageContaining("made anew");
    assertThat(saved.call(SavedCounter::add, 2).remote().get(LIMIT)).isEqualTo(4);
    ActorRef<String> spawned = one.spawn(
            FrameFuzzTest::listener, "listener", Resources.none(), there)
        .toCompletableFuture()
        .get();
    spawned.tell("heard");
  }

  static Behavior<String> listener() {
    return Behaviors.ignore();
  }

  static int twice(io.mobula.ActorHandle<Counter> counter) {
    counter.call(Counter::add, 2).remote().get();
    return counter.call(Counter::add, 2).remote().get();
  }

  private static void group(MobulaRuntime one) throws Exception {
    var group = one.placementGroup()
        .bundle(Resources.none().cpus(1))
        .bundle(Resources.none().cpus(1))
        .strategy(PlacementStrategy.STRICT_SPREAD)
        .create();
    group.ready().get(LIMIT);
    assertThat(one.task(FrameFuzzTest::printed, 1)
            .placement(Placement.group(group, 0))
            .cpus(1)
            .remote()
            .get(LIMIT))
        .isEqualTo(1);
    assertThat(one.task(FrameFuzzTest::printed, 2)
            .placement(Placement.group(group, 1))
            .cpus(1)
            .remote()
            .get(LIMIT))
        .isEqualTo(2);
    RuntimeEngine.of(one).remove(group);
  }

  static boolean isTyped(Throwable failure) {
    return failure instanceof MobulaException;
  }
}
