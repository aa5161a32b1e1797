package io.mobula.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.MobulaRuntime;
import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.ActorDiedException;
import io.mobula.error.InvalidRequestException;
import io.mobula.error.PendingCallsExceededException;
import io.mobula.error.TaskCancelledException;
import io.mobula.error.TaskFailedException;
import io.mobula.internal.cluster.ControlMessage;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Test of actors in another process: a driver has no resources, so all its actors run on the node.
 */
@Timeout(120)
class RemoteActorsIT {
  private static MemberProcess node;
  private static MobulaRuntime driver;

  @BeforeAll
  static void open() throws Exception {
    node = MemberProcess.start("a");
    driver = Mobula.connect(node.awaitUp(), Mobula.settings().storeCapacity(1 << 24));
  }

  @AfterAll
  static void close() {
    driver.close();
    node.close();
  }

  /** Actor that records numbers. */
  static final class JournalActor {
    private final List<Integer> told = new ArrayList<>();

    JournalActor() {}

    JournalActor(int first) {
      if (first < 0) {
        throw new IllegalArgumentException("negative");
      }
      told.add(first);
    }

    int add(int number) {
      told.add(number);
      return told.size();
    }

    List<Integer> all() {
      return List.copyOf(told);
    }

    long pid() {
      return ProcessHandle.current().pid();
    }

    String self() {
      return Mobula.context().self().orElseThrow().id().toString();
    }

    int fail() {
      throw new IllegalStateException("as told");
    }

    int throwError() {
      throw new AssertionError("unfit");
    }

    int block() throws InterruptedException {
      new CountDownLatch(1).await();
      return 0;
    }

    CompletionStage<Integer> later(int value) {
      return CompletableFuture.supplyAsync(
          () -> value, CompletableFuture.delayedExecutor(20, TimeUnit.MILLISECONDS));
    }

    int tellOther(ActorHandle<JournalActor> other, int number) {
      return other.call(JournalActor::add, number).remote().get();
    }
  }

  private static ActorHandle<JournalActor> journal() {
    return driver.actor(JournalActor::new).remote();
  }

  @Test
  void livesInTheOtherProcessAndAnswers() {
    var journal = journal();
    assertThat(journal.call(JournalActor::pid).remote().get())
        .isEqualTo(node.jvm().pid());
    assertThat(journal.call(JournalActor::add, 3).remote().get()).isEqualTo(1);
    assertThat(journal.call(JournalActor::all).remote().get()).containsExactly(3);
    assertThat(journal.call(JournalActor::self).remote().get())
        .isEqualTo(journal.id().toString());
    journal.kill();
  }

  @Test
  void callsOfOneCallerRunInTheirOrder() {
    var journal = journal();
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 2000; i++) {
      refs.add(journal.call(JournalActor::add, i).remote());
    }
    assertThat(driver.get(refs)).last().isEqualTo(2000);
    assertThat(journal.call(JournalActor::all).remote().get())
        .isEqualTo(IntStream.range(0, 2000).boxed().toList());
    journal.kill();
  }

  @Test
  void aCallThatWaitsForItsArgumentHoldsBackItsCallersLaterOnesOnly() throws Exception {
    var journal = journal();
    var gate = journal();
    ObjectRef<Integer> late = gate.call(JournalActor::block).remote();
    var first = journal.call(JournalActor::add, late).remote();
    var second = journal.call(JournalActor::add, 2).remote();
    var other = CompletableFuture.supplyAsync(() -> driver
        .task(
            (ActorHandle<JournalActor> j) ->
                j.call(JournalActor::add, 3).remote().get(),
            journal)
        .remote()
        .get());
    assertThat(other.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    assertThat(second.isReady()).isFalse();
    gate.kill();
    assertThatThrownBy(first::get).isInstanceOf(ActorDiedException.class);
    assertThat(second.get()).isEqualTo(2);
    assertThat(journal.call(JournalActor::all).remote().get()).containsExactly(3, 2);
    journal.kill();
  }

  @Test
  void failuresComeBackWithTheirCause() {
    var journal = journal();
    var ref = journal.call(JournalActor::fail).remote();
    assertThatThrownBy(ref::get)
        .isInstanceOf(TaskFailedException.class)
        .hasRootCauseMessage("as told")
        .hasMessageContaining("JournalActor.fail");
    assertThat(journal.call(JournalActor::add, 1).remote().get()).isEqualTo(1);
    journal.kill();
  }

  @Test
  void stagesAndFuturesWork() throws Exception {
    var journal = journal();
    ObjectRef<Integer> later = journal.call(JournalActor::later, 7).remote(ResultForm.async());
    assertThat(later.toCompletableFuture().get(20, TimeUnit.SECONDS)).isEqualTo(7);
    journal.kill();
  }

  @Test
  void aConstructorThatFailsEndsTheActor() {
    ActorHandle<JournalActor> journal = driver.actor(JournalActor::new, -1).remote();
    var ref = journal.call(JournalActor::add, 1).remote();
    assertThatThrownBy(ref::get)
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("negative");
    assertThatThrownBy(() -> journal.call(JournalActor::add, 1).remote().get())
        .isInstanceOf(ActorDiedException.class);
  }

  @Test
  void killEndsItAtOnceForAll() {
    var journal = journal();
    journal.call(JournalActor::add, 1).remote().get();
    var hanging = journal.call(JournalActor::block).remote();
    var behind = journal.call(JournalActor::add, 2).remote();
    journal.kill();
    assertThatThrownBy(hanging::get)
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("killed");
    assertThatThrownBy(behind::get).isInstanceOf(ActorDiedException.class);
    assertThatThrownBy(() -> journal.call(JournalActor::add, 3).remote().get())
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("killed");
  }

  @Test
  void drainAnswersWhatWasSent() throws Exception {
    var journal = journal();
    var refs = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 100; i++) {
      refs.add(journal.call(JournalActor::add, i).remote());
    }
    var drained = journal.drain(Duration.ofSeconds(30));
    assertThatThrownBy(() -> journal.call(JournalActor::add, 3).remote().get())
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("drained");
    drained.get(30, TimeUnit.SECONDS);
    assertThat(driver.get(refs)).last().isEqualTo(100);
  }

  @Test
  void drainHasALimit() throws Exception {
    var journal = journal();
    var hanging = journal.call(JournalActor::block).remote();
    journal.drain(Duration.ofMillis(200)).get(30, TimeUnit.SECONDS);
    assertThatThrownBy(hanging::get)
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("not done within");
  }

  @Test
  void cancelStopsACall() {
    var journal = journal();
    var hanging = journal.call(JournalActor::block).remote();
    var behind = journal.call(JournalActor::add, 2).remote();
    assertThat(hanging.cancel()).isTrue();
    assertThatThrownBy(hanging::get).isInstanceOf(TaskCancelledException.class);
    assertThat(behind.get()).isEqualTo(1);
    journal.kill();
  }

  @Test
  void anErrorRestartsItAsOftenAsAllowed() {
    ActorHandle<JournalActor> journal =
        driver.actor(JournalActor::new, 5).maxRestarts(1).remote();
    assertThatThrownBy(() -> journal.call(JournalActor::throwError).remote().get())
        .isInstanceOf(TaskFailedException.class);
    assertThat(journal.call(JournalActor::all).remote().get()).containsExactly(5);
    assertThatThrownBy(() -> journal.call(JournalActor::throwError).remote().get())
        .isInstanceOf(TaskFailedException.class);
    assertThatThrownBy(() -> journal.call(JournalActor::all).remote().get())
        .isInstanceOf(ActorDiedException.class)
        .hasMessageContaining("unfit");
  }

  @Test
  void unansweredCallsAreBounded() {
    ActorHandle<JournalActor> journal =
        driver.actor(JournalActor::new).maxPendingCalls(2).remote();
    var first = journal.call(JournalActor::block).remote();
    journal.call(JournalActor::add, 2).remote();
    assertThatThrownBy(() -> journal.call(JournalActor::add, 3).remote())
        .isInstanceOf(PendingCallsExceededException.class);
    first.cancel();
    journal.kill();
  }

  @Test
  void handlesTravelAsArguments() {
    var a = journal();
    var b = journal();
    assertThat(a.call(JournalActor::tellOther, b, 9).remote().get()).isEqualTo(1);
    assertThat(b.call(JournalActor::all).remote().get()).containsExactly(9);
    a.kill();
    b.kill();
  }

  private static Behavior<Integer> squaring(ActorHandle<JournalActor> journal, int more) {
    return Behaviors.receive(Integer.class)
        .onMessage(Integer.class, number -> {
          journal.call(JournalActor::add, number * number + more).remote();
          return number < 0 ? Behaviors.stopped() : Behaviors.same();
        })
        .build();
  }

  @Test
  void anAkkaBehaviorIsPlacedAndTalkedTo() throws Exception {
    var journal = journal();
    int more = 1;
    var squaring = driver
        .<Integer>spawn(
            () -> squaring(journal, more), "squaring", Resources.none().cpus(2))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
    assertThat(squaring.path().address().getPort()).isPresent();
    var waits = driver
        .<Integer>spawn(() -> squaring(journal, 0), "waits", Resources.none().cpus(2))
        .toCompletableFuture();
    squaring.tell(5);
    awaitAll(journal, 26);
    assertThat(waits).isNotDone();
    squaring.tell(-2);
    var after = waits.get(30, TimeUnit.SECONDS);
    after.tell(3);
    awaitAll(journal, 26, 5, 9);
    after.tell(-1);
  }

  /** Akka message with refs and handles, encoded by Jackson. */
  record NoteMessage(
      String text, ObjectRef<Integer> number, List<ActorHandle<JournalActor>> journals)
      implements ControlMessage {}

  private static Behavior<NoteMessage> noting() {
    return Behaviors.receive(NoteMessage.class)
        .onMessage(NoteMessage.class, note -> {
          note.journals()
              .forEach(journal -> journal.call(JournalActor::add, note.number()).remote());
          return Behaviors.stopped();
        })
        .build();
  }

  @Test
  void refsAndHandlesRideInAkkaMessages() throws Exception {
    var noting = driver
        .<NoteMessage>spawn(RemoteActorsIT::noting, "noting", Resources.none().cpus(0.5))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
    var journal = journal();
    noting.tell(new NoteMessage("first", driver.put(41), List.of(journal)));
    awaitAll(journal, 41);
  }

  @Test
  void aBehaviorThatCannotBeMadeFailsItsStage() {
    var refused = driver
        .<Integer>spawn(
            () -> {
              throw new IllegalStateException("as told");
            },
            "refused",
            Resources.none().cpus(1))
        .toCompletableFuture();
    assertThatThrownBy(() -> refused.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(TaskFailedException.class)
        .hasRootCauseMessage("as told");
    assertThatThrownBy(() -> driver.<Integer>spawn(Behaviors::empty, "a/b", Resources.none()))
        .isInstanceOf(InvalidRequestException.class);
  }

  private static void awaitAll(ActorHandle<JournalActor> journal, Integer... wanted)
      throws Exception {
    PollingAssert.untilEqual(
        List.of(wanted), () -> journal.call(JournalActor::all).remote().get());
  }
}
