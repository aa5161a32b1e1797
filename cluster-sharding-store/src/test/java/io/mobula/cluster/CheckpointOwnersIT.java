package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.CheckpointedActor;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.Settings;
import io.mobula.error.ActorDiedException;
import io.mobula.error.ActorNameException;
import io.mobula.testkit.PollingAssert;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files and names of actors whose owner has no directory for checkpoints while their host has one.
 */
@Tag("long")
@Timeout(120)
class CheckpointOwnersIT {
  private static volatile CountDownLatch begun = new CountDownLatch(1);
  private static volatile CountDownLatch goOn = new CountDownLatch(1);
  private static volatile @Nullable Thread stayed;

  @TempDir
  private Path directory;

  private MobulaRuntime owner;

  /** Actor that counts and may stay in a method that ignores interrupts. */
  static final class Counter implements CheckpointedActor<Long> {
    private long count;

    @Override
    public Long save() {
      return count;
    }

    @Override
    public void load(Long state) {
      count = state;
    }

    long add(long more) {
      return count += more;
    }

    long stay() {
      stayed = Thread.currentThread();
      begun.countDown();
      boolean over = false;
      while (!over) {
        try {
          over = goOn.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException unheeded) {
          Thread.interrupted();
        }
      }
      return count += 100;
    }

    void breaks() {
      throw new StackOverflowError("as told");
    }
  }

  @BeforeEach
  void open() {
    owner = Mobula.init(ClusterTestSupport.settings().cpus(0).listen(0));
  }

  @AfterEach
  void close() {
    goOn.countDown();
    owner.close();
  }

  private Settings joining() {
    return ClusterTestSupport.settings()
        .set("mobula.actors.checkpoint-directory", directory.toString())
        .join(owner.nodes().getFirst().address());
  }

  private static ActorHandle<Counter> durable(MobulaRuntime runtime) {
    return runtime.actor(Counter::new).name("hits").durable().checkpointEvery(1).remote();
  }

  private static long add(ActorHandle<Counter> counter, long more) {
    ObjectRef<Long> count = counter.call(Counter::add, more).remote();
    return count.get(ClusterTestSupport.LIMIT);
  }

  private long directories(String prefix) {
    return list(directory)
        .flatMap(CheckpointOwnersIT::list)
        .filter(entry -> entry.getFileName().toString().startsWith(prefix))
        .count();
  }

  private static Stream<Path> list(Path of) {
    return Arrays.stream(Objects.requireNonNullElse(of.toFile().list(), new String[0]))
        .map(of::resolve);
  }

  @Test
  void aNodeThatStartsAgainKeepsTheFilesOfAnActorWhoseOwnerLives() {
    ActorHandle<Counter> counter;
    try (var _ = Mobula.init(joining().resource("host", 1))) {
      counter = owner
          .actor(Counter::new)
          .resource("host", 1)
          .maxRestarts(5)
          .checkpointEvery(1)
          .remote();
      assertThat(add(counter, 3)).isEqualTo(3);
    }
    assertThat(directories("actor-")).isOne();
    try (var _ = Mobula.init(joining())) { // no host for the actor, so the files have no owner yet
      assertThat(directories("process-")).isOne();
    }
    try (var _ = Mobula.init(joining().resource("host", 1))) {
      assertThat(add(counter, 1)).isEqualTo(4);
    }
  }

  @Test
  void theNameOfADurableActorThatIsEndedStandsByNobody() throws Exception {
    try (var _ = Mobula.init(joining().cpus(1))) {
      var counter = durable(owner);
      assertThat(add(counter, 3)).isEqualTo(3);
      counter.kill();
      PollingAssert.until("the owner gives the name back", () -> !isKept("hits"));
      assertThat(directories("named-")).isZero();
    }
  }

  /** Returns whether the owner keeps that name. */
  private boolean isKept(String name) {
    try {
      owner.actorNamed("nobody", Counter.class);
      throw new AssertionError("nobody is there");
    } catch (ActorNameException e) {
      return Objects.requireNonNull(e.getMessage()).contains(name);
    }
  }

  private static boolean isKnownDead(MobulaRuntime to) {
    try {
      // may be the handle of an actor that is dead already
      var handle = to.actorNamed("hits", Counter.class);
      assertThatThrownBy(() -> add(handle, 1)).isInstanceOf(ActorDiedException.class);
      return false;
    } catch (ActorDiedException noted) {
      return true;
    }
  }

  @Test
  void aFormerActorsDeathDoesNotFreeTheNameOfTheNext() throws Exception {
    begun = new CountDownLatch(1);
    goOn = new CountDownLatch(1);
    try (var host = Mobula.init(joining().cpus(1))) {
      var former = durable(owner);
      assertThat(add(former, 3)).isEqualTo(3);
      former.tell(Counter::breaks).remote();
      assertThatThrownBy(() -> add(former, 1)).isInstanceOf(ActorDiedException.class);
      PollingAssert.until("the host knows what it has died of", () -> isKnownDead(host));

      var next = durable(owner);
      assertThat(add(next, 1)).isEqualTo(4);
      var atHost = host.actorNamed("hits", Counter.class);
      assertThat(add(atHost, 1)).isEqualTo(5);
      next.call(Counter::stay).remote();
      begun.await();
      next.kill();
      assertThatThrownBy(() -> add(atHost, 1)).isInstanceOf(ActorDiedException.class);

      var made = CompletableFuture.supplyAsync(() -> durable(host));
      assertThat(made.completeOnTimeout(null, 1, TimeUnit.SECONDS).get()).isNull();
      goOn.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whoOnlyWantsTheNameWaitsForTheEndOfTheFormerActor(boolean getIfExists) throws Exception {
    begun = new CountDownLatch(1);
    goOn = new CountDownLatch(1);
    try (var _ = Mobula.init(joining().cpus(1));
        var third = Mobula.init(joining().cpus(0))) {
      var former = durable(owner);
      assertThat(add(former, 3)).isEqualTo(3);
      former.call(Counter::stay).remote();
      begun.await();
      former.kill();
      CompletableFuture<ActorHandle<Counter>> made = CompletableFuture.supplyAsync(() -> {
        var call = third.actor(Counter::new).name("hits").durable().checkpointEvery(1);
        return (getIfExists ? call.getIfExists() : call).remote();
      });
      assertThatThrownBy(() -> made.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
      goOn.countDown();
      assertThat(add(made.get(30, TimeUnit.SECONDS), 1)).isEqualTo(1); // and not 4
    }
  }

  @Test
  void aHostThatClosesWhileAMethodOfAKilledActorRunsLeavesTheNextActorsFiles() throws Exception {
    begun = new CountDownLatch(1);
    goOn = new CountDownLatch(1);
    try (var creator = Mobula.init(joining().cpus(0))) {
      try (var _ = Mobula.init(joining().cpus(1))) {
        var former = durable(creator);
        assertThat(add(former, 3)).isEqualTo(3);
        former.call(Counter::stay).remote();
        begun.await();
        former.kill();
      } // the method runs on
      try (var _ = Mobula.init(joining().cpus(1))) {
        var next = durable(creator);
        assertThat(add(next, 1)).isEqualTo(1);
        goOn.countDown();
        var thread = Objects.requireNonNull(stayed);
        assertThat(thread.join(Duration.ofSeconds(30)))
            .as("%s has ended", thread)
            .isTrue();
        assertThat(add(next, 1)).isEqualTo(2);
      }
    }
    try (var again = Mobula.init(joining().cpus(1))) {
      PollingAssert.until(
          "the next actor is back", () -> again.findActor("hits", Counter.class).isPresent());
      assertThat(add(again.actorNamed("hits", Counter.class), 1)).isEqualTo(3);
    }
  }
}
