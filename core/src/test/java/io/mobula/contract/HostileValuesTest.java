package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ObjectRef;
import io.mobula.ResultForm;
import io.mobula.error.CodecException;
import io.mobula.error.MobulaException;
import io.mobula.error.TaskFailedException;
import io.mobula.placement.Resources;
import io.mobula.testkit.PollingAssert;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Test of values, collections and stages of user classes whose methods throw, return wrong results
 * or never end.
 */
class HostileValuesTest extends ContractTest {

  private static IllegalStateException broken(String method) {
    return new IllegalStateException(method + " fails");
  }

  @AfterEach
  void allSlotsWorkOn() {
    var many = new ArrayList<ObjectRef<Integer>>();
    for (int i = 0; i < 8; i++) {
      many.add(runtime.task(() -> 1).maxRetries(0).remote());
    }
    assertThat(runtime.get(many, LONG)).containsOnly(1);
  }

  @AfterAll
  void allCpusComeBack() throws Exception {
    PollingAssert.untilEqual(
        runtime.totalResources().amount(Resources.CPU),
        () -> runtime.availableResources().amount(Resources.CPU));
  }

  // ---- what is written and read

  static class UnwritableValue implements Serializable {
    private void writeObject(ObjectOutputStream out) {
      throw new HostileExceptions.GetMessage();
    }
  }

  static class UnreadableValue implements Serializable {
    private void writeObject(ObjectOutputStream out) {}

    private void readObject(ObjectInputStream in) {
      throw new HostileExceptions.GetMessage();
    }
  }

  static class RefusingKey {
    final int id;
    boolean broken;

    RefusingKey(int id) {
      this.id = id;
    }

    @Override
    public int hashCode() {
      if (broken) {
        throw new HostileExceptions.ToString();
      }
      return id;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof RefusingKey refusingKey && refusingKey.id == id;
    }
  }

  /** Returns a collection that can be encoded but not decoded, since its keys throw then. */
  static Object keyed(boolean map) {
    var refusingKeys = List.of(new RefusingKey(1), new RefusingKey(2));
    var values = new HashMap<RefusingKey, Integer>();
    refusingKeys.forEach(refusingKey -> values.put(refusingKey, refusingKey.id));
    var set = new HashSet<>(refusingKeys);
    refusingKeys.forEach(key -> key.broken = true);
    return map ? values : set;
  }

  @Test
  void aResultThatCannotBeWritten() {
    assertThatThrownBy(() -> runtime.task(UnwritableValue::new).remote().get(LONG))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("GetMessage");
  }

  @Test
  void aResultThatCannotBeRead() {
    assertThatThrownBy(() -> runtime.task(UnreadableValue::new).remote().get(LONG))
        .isInstanceOf(CodecException.class)
        .hasMessageContaining("GetMessage");
  }

  @Test
  void aResultWhoseKeysRefuse() {
    for (boolean map : List.of(true, false)) {
      assertThatThrownBy(() -> runtime.task(() -> keyed(map)).remote().get(LONG))
          .isInstanceOf(CodecException.class);
    }
  }

  @Test
  void anArgumentThatCannotBeRead() {
    assertThatThrownBy(
            () -> runtime.task((Object o) -> 1, new UnreadableValue()).remote().get(LONG))
        .isInstanceOf(CodecException.class);
    assertThatThrownBy(() -> runtime.task((Object o) -> 1, keyed(true)).remote().get(LONG))
        .isInstanceOf(CodecException.class);
  }

  @Test
  void anArgumentThatCannotBeWritten() {
    assertThatThrownBy(
            () -> runtime.task((Object o) -> 1, new UnwritableValue()).remote())
        .isInstanceOf(CodecException.class);
  }

  static class EchoActor {
    Object give(Object what) {
      return what;
    }

    UnwritableValue unwritableValue() {
      return new UnwritableValue();
    }

    int one() {
      return 1;
    }
  }

  @Test
  void whatAnActorIsGivenAndGives() {
    var echoActor = runtime.actor(EchoActor::new).remote();
    assertThatThrownBy(() ->
            echoActor.call(EchoActor::give, new UnreadableValue()).remote().get(LONG))
        .isInstanceOf(CodecException.class);
    assertThatThrownBy(() -> echoActor.call(EchoActor::unwritableValue).remote().get(LONG))
        .isInstanceOf(CodecException.class);
    assertThat(echoActor.call(EchoActor::one).remote().get(LONG)).isEqualTo(1);
  }

  // ---- several results

  /** List with another size than it reports, or that cannot be copied. */
  static class LyingList extends AbstractList<Integer> {
    private final int said;
    private final Object[] elements;

    LyingList(int said, Object[] elements) {
      this.said = said;
      this.elements = elements;
    }

    @Override
    public int size() {
      if (said < 0) {
        throw new HostileExceptions.GetMessage();
      }
      return said;
    }

    @Override
    public Integer get(int index) {
      return (Integer) elements[index];
    }

    @Override
    public Object[] toArray() {
      return elements;
    }
  }

  @Test
  void aCollectionOfAnotherSizeThanItSays() {
    for (var had : List.of(new Object[] {1}, new Object[] {1, 2, 3})) {
      for (var ref : runtime.task(() -> new LyingList(2, had)).remote(ResultForm.many(2))) {
        assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(TaskFailedException.class);
      }
    }
    for (var ref :
        runtime.task(() -> new LyingList(-1, new Object[] {1})).remote(ResultForm.many(2))) {
      assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(TaskFailedException.class);
    }
  }

  // ---- streams

  /** Iterator that returns some elements, then throws. */
  record FailingIterator(int count, String then) implements Iterator<Integer> {
    static final ThreadLocal<Integer> GIVEN = ThreadLocal.withInitial(() -> 0);

    @Override
    public boolean hasNext() {
      if (GIVEN.get() == count && then.equals("hasNext")) {
        throw new HostileExceptions.GetMessage();
      }
      return true;
    }

    @Override
    public Integer next() {
      if (GIVEN.get() == count) {
        throw new HostileExceptions.EndlessMessage();
      }
      GIVEN.set(GIVEN.get() + 1);
      return GIVEN.get();
    }
  }

  static Iterator<Integer> giving(String then) {
    FailingIterator.GIVEN.set(0);
    return new FailingIterator(2, then);
  }

  static Stream<Integer> closing() {
    return IntStream.range(0, 2).boxed().onClose(() -> {
      throw new HostileExceptions.GetMessage();
    });
  }

  @Test
  void aStreamThatFails() {
    endsWithAFailure(
        runtime.task(HostileValuesTest::giving, "hasNext").remote(ResultForm.iterator()));
    endsWithAFailure(runtime.task(HostileValuesTest::giving, "next").remote(ResultForm.iterator()));
    endsWithAFailure(runtime.task(HostileValuesTest::closing).remote(ResultForm.stream()));
  }

  private static void endsWithAFailure(Iterable<? extends ObjectRef<?>> stream) {
    var refs = new ArrayList<ObjectRef<?>>();
    stream.forEach(refs::add);
    assertThat(refs).hasSize(3);
    assertThatThrownBy(() -> refs.getLast().get(LONG)).isInstanceOf(TaskFailedException.class);
  }

  // ---- stages

  /** Misbehaviours of a stage's class. */
  enum StageMisbehaviour {
    THROWS,
    THROWS_AND_TELLS,
    TELLS_TWICE,
    TELLS_BOTH,
    TELLS_NOTHING,
    FAILS_THEN_SUCCEEDS,
    IS_NOT_DONE,
    OBTRUDES
  }

  /** Stage of a class that misbehaves. */
  static final class MisbehavingStage extends CompletableFuture<Integer> {
    private final StageMisbehaviour how;

    MisbehavingStage(StageMisbehaviour how) {
      this.how = how;
    }

    @Override
    public boolean isDone() {
      if (how == StageMisbehaviour.IS_NOT_DONE) {
        throw new HostileExceptions.GetMessage();
      }
      return super.isDone();
    }

    @Override
    public CompletableFuture<Integer> toCompletableFuture() {
      throw new HostileExceptions.GetMessage();
    }

    @Override
    public CompletableFuture<Integer> whenComplete(
        BiConsumer<? super Integer, ? super Throwable> action) {
      switch (how) {
        case THROWS, IS_NOT_DONE -> throw new HostileExceptions.GetMessage();
        case THROWS_AND_TELLS -> {
          Thread.ofPlatform().start(() -> action.accept(7, null));
          throw new HostileExceptions.GetMessage();
        }
        case TELLS_TWICE -> {
          action.accept(1, null);
          action.accept(2, null);
        }
        case TELLS_BOTH -> action.accept(1, new HostileExceptions.GetMessage());
        case TELLS_NOTHING -> action.accept(null, null);
        case FAILS_THEN_SUCCEEDS -> {
          action.accept(null, new HostileExceptions.GetMessage());
          action.accept(2, null);
        }
        case OBTRUDES -> {
          complete(1);
          var chained = super.whenComplete(action);
          obtrudeException(new HostileExceptions.GetMessage());
          obtrudeValue(3);
          return chained;
        }
      }
      return this;
    }
  }

  static CompletionStage<Integer> odd(StageMisbehaviour how) {
    return new MisbehavingStage(how);
  }

  static class StageActor {
    CompletionStage<Integer> odd(StageMisbehaviour how) {
      return new MisbehavingStage(how);
    }

    int one() {
      return 1;
    }
  }

  private static Object outcomeOf(ObjectRef<?> ref) {
    try {
      return "value " + ref.get(LONG);
    } catch (MobulaException e) {
      return e.getClass().getSimpleName();
    }
  }

  private static List<String> wanted(StageMisbehaviour how) {
    return switch (how) {
      case TELLS_TWICE, OBTRUDES -> List.of("value 1");
      case TELLS_NOTHING -> List.of("value null");
      case THROWS, IS_NOT_DONE, TELLS_BOTH, FAILS_THEN_SUCCEEDS -> List.of("TaskFailedException");
      case THROWS_AND_TELLS -> List.of("TaskFailedException", "value 7"); // the first one counts
    };
  }

  @Test
  void oddStages() {
    var stageActor = runtime.actor(StageActor::new).maxConcurrency(2).remote();
    for (var how : StageMisbehaviour.values()) {
      var task = runtime.task(HostileValuesTest::odd, how).maxRetries(0).remote();
      assertThat(outcomeOf(task)).as("task, %s", how).isIn(wanted(how));
      var call = stageActor.call(StageActor::odd, how).remote();
      assertThat(outcomeOf(call)).as("actor, %s", how).isIn(wanted(how));
      assertThat(stageActor.call(StageActor::one).remote().get(LONG)).isEqualTo(1);
    }
  }

  /** Returns a stage that is never completed and cannot be cancelled. */
  static CompletionStage<Integer> never(FileEventLog eventLog) throws Exception {
    eventLog.add("began");
    return new CompletableFuture<>() {
      @Override
      public CompletableFuture<Integer> toCompletableFuture() {
        throw HostileExceptions.<RuntimeException>sneaky(new HostileExceptions.HostileError());
      }
    };
  }

  @Test
  void aStageThatRefusesToBeCancelled() throws Exception {
    var eventLog = eventLog();
    var ref = runtime.task(HostileValuesTest::never, eventLog).remote();
    PollingAssert.until("began", () -> !eventLog.events().isEmpty());
    assertThat(ref.cancel()).isTrue();
    assertThatThrownBy(() -> ref.get(LONG)).isInstanceOf(MobulaException.class);
  }

  // ---- threads

  static byte[] interrupting(int size) {
    Thread.currentThread().interrupt();
    return new byte[size];
  }

  static boolean isInterrupted() {
    return Thread.currentThread().isInterrupted();
  }

  static class InterruptingActor {
    byte[] interrupting(int size) {
      return HostileValuesTest.interrupting(size);
    }

    boolean isInterrupted() {
      return Thread.currentThread().isInterrupted();
    }
  }

  @Test
  void anInterruptThatIsLeftBehind() {
    var actor = runtime.actor(InterruptingActor::new).remote();
    for (int size : new int[] {1, 200, 5_000_000}) {
      assertThat(runtime.task(HostileValuesTest::interrupting, size).remote().get(LONG))
          .hasSize(size);
      assertThat(runtime.task(HostileValuesTest::isInterrupted).remote().get(LONG))
          .isFalse();
      assertThat(actor.call(InterruptingActor::interrupting, size).remote().get(LONG))
          .hasSize(size);
      assertThat(actor.call(InterruptingActor::isInterrupted).remote().get(LONG))
          .isFalse();
    }
  }

  static int changingLoader() {
    Thread.currentThread().setContextClassLoader(null);
    return 1;
  }

  static boolean hasLoader() {
    return Thread.currentThread().getContextClassLoader() != null;
  }

  @Test
  void aContextClassLoaderThatIsLeftBehind() {
    for (int i = 0; i < 8; i++) {
      assertThat(runtime.task(HostileValuesTest::changingLoader).remote().get(LONG))
          .isEqualTo(1);
      assertThat(runtime.task(HostileValuesTest::hasLoader).remote().get(LONG)).isTrue();
    }
  }

  // ---- what users attach

  @Test
  void aCallbackThatThrows() {
    var ref = runtime.task(() -> 1).remote();
    var future = ref.toCompletableFuture();
    var thrown = future.thenAccept(value -> {
      throw new HostileExceptions.GetMessage();
    });
    assertThatThrownBy(() -> thrown.get(LONG.toSeconds(), TimeUnit.SECONDS)).isNotNull();
    assertThat(ref.get(LONG)).isEqualTo(1);
  }

  @Test
  void whatWaitsForTheEndOfAnActorHoldsUpNothingElse() throws Exception {
    var drained = runtime.actor(EchoActor::new).remote();
    assertThat(drained.call(EchoActor::one).remote().get(LONG)).isEqualTo(1);
    var running = new CountDownLatch(1);
    var waiting = drained.drain(LONG).thenAccept(nothing -> {
      var other = runtime.actor(EchoActor::new).remote(); // both need the engine's own threads
      assertThat(other.call(EchoActor::one).remote().get(LONG)).isEqualTo(1);
      assertThat(runtime.task(() -> 2).remote().get(LONG)).isEqualTo(2);
      running.countDown();
    });
    waiting.get(LONG.toSeconds(), TimeUnit.SECONDS);
    assertThat(running.await(1, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void aTaskWhoseTimeoutIsShorterThanItsHostileEnd() {
    assertThatThrownBy(() -> runtime
            .task(() -> {
              try {
                Thread.sleep(LONG);
              } catch (InterruptedException e) {
                throw new HostileExceptions.GetMessage();
              }
              return 1;
            })
            .timeout(Duration.ofMillis(50))
            .remote()
            .get(LONG))
        .isInstanceOf(MobulaException.class);
  }
}
