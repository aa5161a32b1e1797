package io.mobula.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mobula.ActorHandle;
import io.mobula.Mobula;
import io.mobula.ObjectRef;
import io.mobula.error.TaskFailedException;
import io.mobula.tensor.DType;
import io.mobula.tensor.Tensor;
import io.mobula.testkit.PollingAssert;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Test of views of store memory with a scope that their reader ends, and of views that are returned
 * in place.
 */
class ScopedViewsTest extends ContractTest {
  private static final int LARGE = 300_000;

  @BeforeEach
  void beginWithAnEmptyStore() throws Exception {
    PollingAssert.untilCollected(
        "the store is empty", () -> runtime.storeUsage().objects() == 0);
  }

  @Test
  void viewsEndWithTheirArena() {
    try (var ref = runtime.put(tensor(7))) {
      Tensor kept;
      try (var arena = Arena.ofConfined()) {
        kept = ref.get(arena);
        assertThat(kept.getFloat(LARGE - 1)).isEqualTo(7);
        assertThat(kept.isReadOnly()).isTrue();
      }
      assertThatThrownBy(() -> kept.getFloat(0)).isInstanceOf(IllegalStateException.class);
      assertThat(ref.get().getFloat(0)).isEqualTo(7);
    }
  }

  @Test
  void memoryIsFreeWhenTheArenaIsClosedAndNotWhenTheCollectorRuns() {
    var ref = runtime.put(tensor(7));
    try (var arena = Arena.ofShared()) {
      assertThat(ref.get(arena).size()).isEqualTo(LARGE);
      ref.close();
      assertThat(runtime.storeUsage().objects()).isEqualTo(1);
    }
    assertThat(runtime.storeUsage().objects()).isZero();
  }

  @Test
  void smallValuesAndHeapValuesAreReadAsEver() {
    try (var arena = Arena.ofConfined();
        var small = runtime.put(Tensor.of(new float[] {1, 2}));
        var list = runtime.put(List.of("a"))) {
      assertThat(small.get(arena).getFloat(1)).isEqualTo(2);
      assertThat(list.get(arena)).containsExactly("a");
    }
  }

  /** Actor that keeps a borrowed argument, which it must not use later. */
  static final class BorrowingActor {
    private @Nullable Tensor kept;
    private final CompletableFuture<Float> answer = new CompletableFuture<>();

    float first(Tensor lent) {
      kept = lent;
      return lent.getFloat(0);
    }

    CompletableFuture<Float> later(Tensor lent) {
      kept = lent;
      return answer;
    }

    float peek() {
      return Objects.requireNonNull(kept).getFloat(1);
    }

    void answer() {
      answer.complete(peek());
    }
  }

  private Stream<ActorHandle<BorrowingActor>> borrowingActors() {
    var call = runtime.actor(BorrowingActor::new).borrowArguments();
    return Stream.of(call.dedicatedThread().remote(), call.remote());
  }

  @Test
  void anActorBorrowsItsArgumentsUntilItsMethodReturns() throws Exception {
    for (var borrowingActor : borrowingActors().toList()) {
      try (var ref = runtime.put(tensor(3));
          var first = borrowingActor.call(BorrowingActor::first, ref).remote()) {
        assertThat(first.get()).isEqualTo(3);
      }
      assertThatThrownBy(
              () -> borrowingActor.call(BorrowingActor::peek).remote().get())
          .isInstanceOf(TaskFailedException.class)
          .hasRootCauseInstanceOf(IllegalStateException.class);
      PollingAssert.untilEqual(0L, () -> runtime.storeUsage().objects());
    }
  }

  @Test
  void aStageKeepsWhatItsCallHasBorrowedUntilItCompletes() throws Exception {
    for (var borrowingActor : borrowingActors().toList()) {
      try (var ref = runtime.put(tensor(5))) {
        var later = borrowingActor.call(BorrowingActor::later, ref).remote();
        assertThat(borrowingActor.call(BorrowingActor::peek).remote().get()).isEqualTo(5);
        borrowingActor.tell(BorrowingActor::answer).remote().get();
        assertThat((Object) later.get()).isEqualTo(5f);
      }
      assertThatThrownBy(
              () -> borrowingActor.call(BorrowingActor::peek).remote().get())
          .hasRootCauseInstanceOf(IllegalStateException.class);
      PollingAssert.untilEqual(0L, () -> runtime.storeUsage().objects());
    }
  }

  @Test
  void whatAKilledActorHadBorrowedIsFree() throws Exception {
    var borrowingActor =
        runtime.actor(BorrowingActor::new).borrowArguments().dedicatedThread().remote();
    try (var ref = runtime.put(tensor(5))) {
      var later = borrowingActor.call(BorrowingActor::later, ref).remote();
      assertThat(borrowingActor.call(BorrowingActor::peek).remote().get()).isEqualTo(5);
      borrowingActor.kill();
      assertThatThrownBy(later::get).isInstanceOf(io.mobula.error.ActorDiedException.class);
    }
    PollingAssert.untilEqual(0L, () -> runtime.storeUsage().objects());
  }

  /** Task that keeps an argument. */
  static final class ViewKeeper {
    private static volatile @Nullable Tensor tensor;

    private ViewKeeper() {}

    static float first(Tensor lent) {
      tensor = lent;
      return lent.getFloat(0);
    }

    static float peek() {
      return Objects.requireNonNull(tensor).getFloat(1);
    }

    static CompletableFuture<Float> later(Tensor lent) {
      return CompletableFuture.supplyAsync(
          () -> lent.getFloat(0), CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
    }

    static float failing(Tensor lent) {
      tensor = lent;
      throw new IllegalArgumentException("as is wanted");
    }

    static Tensor itself(Tensor lent) {
      return lent;
    }

    static List<Tensor> parts(Tensor lent) {
      return List.of(lent.slice(0, LARGE / 2), lent.slice(LARGE / 2, LARGE));
    }

    static float passedOn(Tensor lent) {
      try (var put = Mobula.put(lent);
          var child = Mobula.task(ViewKeeper::last, lent).remote()) {
        return put.get().getFloat(0) + child.get();
      }
    }

    static float last(Tensor lent) {
      return lent.getFloat(LARGE - 1);
    }

    static float read(List<ObjectRef<Tensor>> refs) {
      tensor = refs.getFirst().get();
      return peek();
    }
  }

  @Test
  void aTaskHasViewsOfLargeArgumentsUntilItEnds() throws Exception {
    try (var ref = runtime.put(tensor(3));
        var first = runtime.task(ViewKeeper::first, ref).remote()) {
      assertThat(first.get()).isEqualTo(3);
    }
    // The result may be readable shortly before the views end; no garbage collection is needed for
    // that.
    PollingAssert.untilEqual(0L, () -> runtime.storeUsage().objects());
    assertThatThrownBy(() -> runtime.task(ViewKeeper::peek).remote().get())
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTaskThatFailsLetsGoOfItsArguments() throws Exception {
    try (var ref = runtime.put(tensor(3))) {
      assertThatThrownBy(() -> runtime.task(ViewKeeper::failing, ref).remote().get())
          .isInstanceOf(TaskFailedException.class);
    }
    PollingAssert.untilEqual(0L, () -> runtime.storeUsage().objects());
    assertThatThrownBy(() -> runtime.task(ViewKeeper::peek).remote().get())
        .hasRootCauseInstanceOf(IllegalStateException.class);
  }

  @Test
  void aTasksStageReadsItsArgumentsUntilItCompletes() throws Exception {
    try (var ref = runtime.put(tensor(5));
        var later = runtime.task(ViewKeeper::later, ref).remote()) {
      assertThat((Object) later.get()).isEqualTo(5f);
    }
    PollingAssert.untilEqual(0L, () -> runtime.storeUsage().objects());
  }

  @Test
  void aTaskMayReturnItsArgumentAndPartsOfIt() throws Exception {
    try (var ref = runtime.put(tensor(5));
        var itself = runtime.task(ViewKeeper::itself, ref).remote();
        var parts = runtime.task(ViewKeeper::parts, ref).remote();
        var arena = Arena.ofConfined()) {
      ref.close();
      assertThat(itself.get(arena).getFloat(LARGE - 1)).isEqualTo(5);
      assertThat(parts.get(arena).get(1).getFloat(LARGE / 2 - 1)).isEqualTo(5);
      assertThat(parts.get(arena).get(0).getFloat(1)).isEqualTo(5);
    }
  }

  @Test
  void aTaskMayPassItsArgumentOn() {
    try (var ref = runtime.put(tensor(5));
        var passed = runtime.task(ViewKeeper::passedOn, ref).remote()) {
      assertThat(passed.get()).isEqualTo(10);
    }
  }

  @Test
  void whatATaskGetsOfARefItMayKeep() {
    try (var ref = runtime.put(tensor(5));
        var read = runtime.task(ViewKeeper::read, List.of(ref)).remote()) {
      assertThat(read.get()).isEqualTo(5);
    }
    assertThat(runtime.task(ViewKeeper::peek).remote().get()).isEqualTo(5);
    runtime.task(ViewKeeper::first, tensor(1)).remote().get(); // drops the kept argument
  }

  /** Actor that creates a tensor in place and returns views of it. */
  static final class PublishingActor {
    private final ObjectRef<Tensor> published;
    private final Tensor view;

    PublishingActor(float value) {
      try (var room = Mobula.create((long) Float.BYTES * LARGE)) {
        Tensor.wrap(room.segment(), DType.FLOAT32).setFloat(LARGE - 1, value);
        published = room.seal(DType.FLOAT32, LARGE);
      }
      view = published.get();
    }

    Tensor view() {
      return view;
    }

    void forget() {
      published.close();
    }

    long objects() {
      return Mobula.context().runtime().storeUsage().objects();
    }
  }

  @Test
  void whatWasReadOfTheStoreIsReturnedAsItLies() {
    var publishingActor = runtime.actor(PublishingActor::new, 9f).remote();
    long alone = publishingActor.call(PublishingActor::objects).remote().get();
    for (int i = 0; i < 100; i++) { // twice the capacity of the store
      try (var pulled = publishingActor.call(PublishingActor::view).remote();
          var arena = Arena.ofConfined()) {
        assertThat(pulled.get(arena).getFloat(LARGE - 1)).isEqualTo(9);
        assertThat(publishingActor.call(PublishingActor::objects).remote().get())
            .isEqualTo(alone);
      }
    }
    publishingActor.kill();
  }

  @Test
  void whatWasReturnedOutlivesTheRefThatItWasReadBy() {
    var publishingActor = runtime.actor(PublishingActor::new, 9f).remote();
    try (var pulled = publishingActor.call(PublishingActor::view).remote()) {
      publishingActor.tell(PublishingActor::forget).remote().get();
      assertThat(pulled.get().getFloat(LARGE - 1)).isEqualTo(9);
    }
    publishingActor.kill();
  }

  private static Tensor tensor(float first) {
    var numbers = new float[LARGE];
    numbers[0] = first;
    numbers[1] = first;
    numbers[LARGE - 1] = first;
    return Tensor.of(numbers);
  }
}
